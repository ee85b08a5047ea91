import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inMongoDB, openTestWorld, openTokenizerWorld, type World } from './support/sdk-worlds.js';

const unknown = 'lunasec-00000000-0000-4000-8000-000000000000';
const minutes = 60;

/** What the SDK's public functions do, whichever tokenizer is behind them: an app's tests in memory tell the truth. */
function describeSDK(name: string, open: () => Promise<World>): void {
  describe(`the SDK on ${name}`, () => {
    let world: World;
    let counter = 0;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(() => world?.close());

    const newSession = () => `session-${++counter}`;
    const codeOf = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'ok',
        (error: { code?: string }) => error.code ?? String(error),
      );
    const verify = (session: string, token: string, binding?: string) =>
      codeOf(world.lunaSec.grants.verify(session, { token, binding }));
    const grant = (session: string, token: string, binding?: string, duration?: string) =>
      codeOf(world.lunaSec.grants.create(session, { token, binding }, duration));
    const accepted = async (session: string) => {
      const token = await world.tokenize(session, '078-05-1120');
      expect(await verify(session, token)).toBe('ok');
      return token;
    };

    describe('store grants', () => {
      test('are of the session that made the token, and can be verified again', async () => {
        const [ada, grace] = [newSession(), newSession()];
        const token = await world.tokenize(ada, '078-05-1120');
        expect(await verify(grace, token)).toBe('STORE_GRANT_MISSING');
        expect(await verify(ada, token)).toBe('ok');
        expect(await verify(ada, token)).toBe('ok');
        expect(await verify(grace, token)).toBe('STORE_GRANT_MISSING');
      });

      test('are all or nothing for the caller, and answered with the token at fault', async () => {
        const ada = newSession();
        const token = await world.tokenize(ada, '078-05-1120');
        await expect(world.lunaSec.grants.verify(ada, [token, unknown])).rejects.toMatchObject({
          code: 'TOKEN_NOT_FOUND',
          token: unknown,
        });
      });

      test('need an upload, a token and a time', async () => {
        const ada = newSession();
        expect(await verify(ada, await world.tokenize(ada, 'x', { uploaded: false }))).toBe('UPLOAD_MISSING');
        expect(await verify(ada, unknown)).toBe('TOKEN_NOT_FOUND');
        expect(await verify(ada, '078-05-1120')).toBe('BAD_USER_INPUT');
        const late = await world.tokenize(ada, '078-05-1120');
        world.wait(15 * minutes);
        expect(await verify(ada, late)).toBe('GRANT_EXPIRED');
      });

      test('say until when they hold', async () => {
        const ada = newSession();
        const token = await world.tokenize(ada, 'x');
        const [first] = await world.lunaSec.grants.verify(ada, token);
        const [again] = await world.lunaSec.grants.verify(ada, token);
        expect(again).toEqual({ token, expiresAt: first!.expiresAt });
      });
    });

    describe('read grants', () => {
      test('are of one session and end with their time, and are never shortened', async () => {
        const [ada, grace] = [newSession(), newSession()];
        const token = await accepted(ada);
        expect(await world.detokenize(ada, token)).toBe('READ_GRANT_MISSING');
        expect(await grant(grace, token, undefined, '10m')).toBe('ok');
        expect(await grant(grace, token, undefined, '1m')).toBe('ok');
        expect(await world.detokenize(ada, token)).toBe('READ_GRANT_MISSING');
        world.wait(9 * minutes);
        expect(await world.detokenize(grace, token)).toBe('granted');
        world.wait(1 * minutes + 1);
        expect(await world.detokenize(grace, token)).toBe('GRANT_EXPIRED');
      });

      test('are for tokens that a server accepted, and not too long', async () => {
        const ada = newSession();
        const pending = await world.tokenize(ada, 'x');
        expect(await grant(ada, pending)).toBe('TOKEN_NOT_FOUND');
        expect(await grant(ada, unknown)).toBe('TOKEN_NOT_FOUND');
        const token = await accepted(ada);
        expect(await grant(ada, token, undefined, '1h')).toBe('ok');
        expect(await grant(ada, token, undefined, '1h1s')).toBe('DURATION_TOO_LONG');
        expect(await grant(ada, token, undefined, 'soon')).toBe('BAD_USER_INPUT');
      });

      test('can be taken back, and are counted', async () => {
        const ada = newSession();
        const tokens = [await accepted(ada), await accepted(ada)];
        await world.lunaSec.grants.create(ada, tokens);
        expect(await world.lunaSec.grants.revoke(ada, [...tokens, unknown])).toBe(2);
        expect(await world.lunaSec.grants.revoke(ada, tokens)).toBe(0);
        expect(await world.detokenize(ada, tokens[0]!)).toBe('READ_GRANT_MISSING');
      });
    });

    describe('bindings', () => {
      test('are fixed by the first acceptance that names one', async () => {
        const ada = newSession();
        const token = await world.tokenize(ada, 'x');
        expect(await verify(ada, token, 'User.ssn:1')).toBe('ok');
        expect(await verify(ada, token, 'User.ssn:1')).toBe('ok');
        expect(await verify(ada, token, 'User.ssn:2')).toBe('BINDING_MISMATCH');
        expect(await verify(ada, token)).toBe('BINDING_MISMATCH');
        expect(await grant(ada, token, 'User.ssn:2')).toBe('BINDING_MISMATCH');
        expect(await grant(ada, token)).toBe('BINDING_MISMATCH');
        expect(await grant(ada, token, 'User.ssn:1')).toBe('ok');
      });

      test('can come later, and are well-formed texts of at most 512 characters', async () => {
        const ada = newSession();
        const token = await accepted(ada);
        expect(await grant(ada, token, 'anywhere')).toBe('ok');
        expect(await verify(ada, token, 'User.ssn:1')).toBe('ok');
        expect(await grant(ada, token, 'anywhere')).toBe('BINDING_MISMATCH');
        expect(await verify(ada, token, 'b'.repeat(513))).toBe('BAD_USER_INPUT');
        expect(await grant(ada, token, 'b'.repeat(513))).toBe('BAD_USER_INPUT');
        expect(await verify(ada, token, 'b\ud800')).toBe('BAD_USER_INPUT');
        expect(await grant(ada, token, 'b\ud800')).toBe('BAD_USER_INPUT');
      });
    });

    describe('the end', () => {
      test('of a session takes its grants; what was accepted stays', async () => {
        const [ada, grace] = [newSession(), newSession()];
        const [token, pending] = [await accepted(ada), await world.tokenize(ada, 'x')];
        await world.lunaSec.grants.create(ada, token);
        await world.lunaSec.grants.create(grace, token);
        expect(await world.lunaSec.grants.endSession(ada)).toBe(2);
        expect(await world.detokenize(ada, token)).toBe('READ_GRANT_MISSING');
        expect(await verify(ada, pending)).toBe('GRANT_EXPIRED');
        expect(await world.detokenize(grace, token)).toBe('granted');
      });

      test('of a token is for good, and can be repeated', async () => {
        const ada = newSession();
        const [token, pending] = [await accepted(ada), await world.tokenize(ada, 'x')];
        await world.lunaSec.grants.create(ada, token);
        expect(await world.lunaSec.deleteTokens([token, pending, unknown])).toEqual([
          { token, deleted: true },
          { token: pending, deleted: true },
          { token: unknown, deleted: false },
        ]);
        expect(await world.lunaSec.deleteTokens(token)).toEqual([{ token, deleted: true }]);
        expect(await world.detokenize(ada, token)).toBe('READ_GRANT_MISSING');
        expect(await grant(ada, token)).toBe('TOKEN_DELETED');
        expect(await verify(ada, pending)).toBe('TOKEN_DELETED');
        expect(await codeOf(world.lunaSec.updateTokenMetadata(token, {}))).toBe('TOKEN_DELETED');
        expect(await world.lunaSec.findToken(token)).toMatchObject({ status: 'deleted' });
        expect(await codeOf(world.lunaSec.deleteTokens('no token'))).toBe('BAD_USER_INPUT');
      });
    });

    describe('servers that store and read values themselves', () => {
      test('read what they stored, whole or piece by piece', async () => {
        const large = Buffer.alloc(9 * 1024 * 1024, 'page');
        const [text, file] = await world.lunaSec.tokenize([
          '078-05-1120',
          { data: { size: large.length, chunks: [large] }, mediaType: 'image/tiff', filename: 'scan.tiff' },
        ]);
        expect(await world.lunaSec.detokenize(text!)).toMatchObject([{ token: text, text: '078-05-1120' }]);
        const value = await world.lunaSec.detokenizeLarge(file!);
        expect(value).toMatchObject({ mediaType: 'image/tiff', filename: 'scan.tiff', size: large.length });
        const pieces: Uint8Array[] = [];
        for await (const piece of value.data) pieces.push(piece);
        expect(Buffer.compare(Buffer.concat(pieces), large)).toBe(0);
      });

      test('need no grant, and sessions need theirs as ever', async () => {
        const ada = newSession();
        const [token] = await world.lunaSec.tokenize(['from a job']);
        expect(await world.detokenize(ada, token!)).toBe('READ_GRANT_MISSING');
        expect(await verify(ada, token!)).toBe('STORE_GRANT_MISSING');
        expect(await grant(ada, token!)).toBe('ok');
        expect(await world.detokenize(ada, token!)).toBe('granted');

        const typed = await world.tokenize(ada, 'from a page');
        expect(await codeOf(world.lunaSec.detokenize(typed))).toBe('TOKEN_NOT_FOUND');
        expect(await verify(ada, typed, 'User.ssn:1')).toBe('ok');
        expect(await codeOf(world.lunaSec.detokenize(typed))).toBe('BINDING_MISMATCH');
        expect(await world.lunaSec.detokenize({ token: typed, binding: 'User.ssn:1' })).toMatchObject([
          { text: 'from a page' },
        ]);
        await world.lunaSec.deleteTokens([token!, typed]);
        expect(await codeOf(world.lunaSec.detokenize(token!))).toBe('TOKEN_DELETED');
        expect(await codeOf(world.lunaSec.detokenize(unknown))).toBe('TOKEN_NOT_FOUND');
      });
    });

    describe('what is known', () => {
      test('of a token: never its value', async () => {
        const ada = newSession();
        const token = await world.tokenize(ada, '078-05-1120', { metadata: { patient: 42 } });
        expect(await world.lunaSec.findToken(token)).toMatchObject({
          token,
          status: 'pending',
          binding: null,
          metadata: { patient: 42 },
          acceptedAt: null,
          deletedAt: null,
        });
        await verify(ada, token, 'User.ssn:1');
        const record = await world.lunaSec.findToken(token);
        expect(record).toMatchObject({ status: 'accepted', binding: 'User.ssn:1' });
        expect(record!.acceptedAt).toBeInstanceOf(Date);
        expect(JSON.stringify(record)).not.toContain('078-05-1120');
        expect(await world.lunaSec.findToken(unknown)).toBeNull();
      });

      test('by metadata, session and state, newest first', async () => {
        const ada = newSession();
        const patient = `patient-${ada}`;
        const made: string[] = [];
        for (let index = 0; index < 5; index++) {
          world.wait(1);
          made.unshift(await world.tokenize(ada, 'x', { metadata: { patient, odd: index % 2 === 1 } }));
        }
        const found = async (search: Parameters<World['lunaSec']['findTokens']>[0]) => {
          const names: string[] = [];
          for await (const { token } of world.lunaSec.findTokens(search)) names.push(token);
          return names;
        };
        expect(await found({ metadata: { patient } })).toEqual(made);
        expect(await found({ metadata: { patient, odd: true } })).toEqual([made[1], made[3]]);
        expect(await found({ sessionId: ada })).toEqual(made);
        expect(await found({ sessionId: ada, status: 'accepted' })).toEqual([]);
        await world.lunaSec.updateTokenMetadata(made[0]!, { moved: true });
        expect(await found({ metadata: { patient } })).toEqual(made.slice(1));
        expect(await codeOf(world.lunaSec.updateTokenMetadata(unknown, {}))).toBe('TOKEN_NOT_FOUND');
      });
    });
  });
}

describeSDK('the tokenizer in memory', openTestWorld);
describeSDK('a tokenizer with embedded stores', () => openTokenizerWorld());

const uri = process.env.MONGODB_URI;
if (uri) describeSDK('a tokenizer with MongoDB', () => openTokenizerWorld(inMongoDB(uri)));
else
  describe('the SDK on a tokenizer with MongoDB', () => {
    test.skip('needs a real one: set MONGODB_URI', () => undefined);
  });
