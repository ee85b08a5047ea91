import { describe, expect, test } from '@jest/globals';
import { createLogger, createReport } from './logging.js';

function setUp() {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  return { logger, report: createReport(logger), lines };
}

describe('the log', () => {
  test('tells of a failure with its causes and the request', () => {
    const { report, lines } = setUp();
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    report(new Error('The database is away.', { cause }), 'request-1', 'tokenize failed');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 50,
      msg: 'tokenize failed',
      requestId: 'request-1',
      failure: { message: 'The database is away.', cause: { code: 'ECONNREFUSED' } },
    });
  });

  test('has nothing of what drivers attach to their errors, and no query of a URL', () => {
    const { report, lines } = setUp();
    const error = Object.assign(new Error('GET https://s3.example.com/b/k?X-Amz-Signature=secret-1 failed'), {
      $request: { headers: { authorization: 'secret-2' }, body: 'secret-3' },
    });
    report(error, null, 'detokenize failed');
    expect(lines[0]).toContain('https://s3.example.com/b/k?[redacted]');
    expect(lines[0]).not.toMatch(/secret-/);
  });

  test('has no user name or password of a URL, whatever the failure is', () => {
    const { report, lines } = setUp();
    const uri = 'mongodb+srv://user:secret-1@db.example.com/tokens';
    report(new Error(`cannot reach ${uri}`, { cause: new Error(`https://secret-2@s3/b`) }), null, 'failed');
    report(`cannot reach ${uri}`, null, 'failed');
    expect(lines[0]).toContain('mongodb+srv://[redacted]@db.example.com/tokens');
    expect(lines.join()).not.toMatch(/secret-|user/);
  });

  test('cuts out what goes by the name of a secret, wherever it lands', () => {
    const { logger, lines } = setUp();
    logger.info({
      input: { dataKey: 'secret' },
      req: { headers: { authorization: 'secret' } },
      settings: { tokenStore: { uri: 'secret' } },
      key: { privateKey: 'secret', password: 'secret' },
      assertion: 'secret',
    });
    expect(lines[0]).not.toContain('secret"');
    expect(lines[0]).toContain('[redacted]');
  });
});
