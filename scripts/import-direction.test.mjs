import { describe, expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import { join } from 'node:path';
import { root } from './lib/workspace.mjs';

const eslint = new ESLint({ cwd: root });
const complaints = async (file, code) => {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  return result.messages.map(({ ruleId }) => ruleId).filter((rule) => rule === 'no-restricted-imports');
};
const importing = (name) => `import * as used from '${name}';\nexport { used };\n`;

describe('imports run one way', () => {
  test.each([
    ['secure-frame/src/a.ts', '@lunasec/react-sdk'],
    ['secure-frame/src/a.ts', '@lunasec/tokenizer-api'],
    ['react-sdk/src/a.ts', '@lunasec/node-sdk'],
    ['node-sdk/src/a.ts', '@lunasec/tokenizer-api'],
    ['node-sdk/src/a.ts', '../../tokenizer-api/src/index.js'],
    ['tokenizer-api/src/a.ts', '@lunasec/node-sdk'],
    ['demo-graphql-app/server/a.ts', '@lunasec/tokenizer-api'],
    ['gallery/server/a.ts', '@lunasec/tokenizer-api'],
    ['gallery/web/src/a.ts', '@lunasec/secure-frame/protocol'],
    ['tokenizer-api/src/stores/a.ts', '../services/grants.js'],
    ['tokenizer-api/src/services/a.ts', '../graphql/schema.js'],
    ['tokenizer-api/src/services/a.ts', '@lunasec/react-sdk'],
  ])('%s must not import %s', async (file, name) => {
    expect(await complaints(file, importing(name))).toEqual(['no-restricted-imports']);
  });

  test.each([
    ['tokenizer-api/src/a.ts', '@lunasec/secure-frame/files'],
    ['tokenizer-api/src/services/a.ts', '../stores/token-store/port.js'],
    ['react-sdk/src/a.ts', '@lunasec/secure-frame/protocol'],
    ['node-sdk/src/a.ts', '@lunasec/secure-frame/crypto'],
    ['demo-graphql-app/web/src/a.ts', '@lunasec/react-sdk'],
    ['demo-graphql-app/server/a.ts', '@lunasec/node-sdk'],
    ['gallery/web/src/a.ts', '@lunasec/react-sdk'],
  ])('%s may import %s', async (file, name) => {
    expect(await complaints(file, importing(name))).toEqual([]);
  });
});
