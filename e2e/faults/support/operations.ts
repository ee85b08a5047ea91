import { setTimeout as sleep } from 'node:timers/promises';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createSession } from './calls.js';
import type { Frame } from './frame.js';
import { codeOf } from './ledger.js';
import type { Ledger } from './ledger.js';
import { patiently, sealLarge, uploadLarge } from './multipart.js';
import type { World } from './world.js';

export interface Scene {
  world: World;
  ledger: Ledger;
  /** A session with its frames, which has a session with the tokenizer. */
  ada: Frame;
  accessToken: string;
  /** Stored, accepted, and granted to ada. */
  kept: string;
  /** Differs for every run of an operation. */
  turn: number;
}

/**
 * Something a client does, with its preparation. What `prepare` gives is the client's part, which must come to its end
 * though the tokenizer crashes in the middle and starts again; then it holds the result against what it should be.
 */
export interface Operation {
  name: string;
  prepare(scene: Scene): Promise<Part>;
}

/** What it returns checks the result, when the tokenizer is not killed any more. */
export type Part = () => Promise<void | (() => Promise<void>)>;

const minute = 60_000;
const expect = (isSo: boolean, what: string, { ledger }: Scene) => {
  if (!isSo) ledger.violation(what);
};
const readCode = (frame: Frame, token: string) => frame.read(token).then(() => 'ok', codeOf);

/** Stores a value that no server has accepted. */
async function store({ ada, ledger, turn }: Scene): Promise<string> {
  const text = `value ${turn} ${Math.random()}`;
  const token = await ada.store(text);
  ledger.note(token, text);
  return token;
}

async function keep(scene: Scene): Promise<string> {
  const token = await store(scene);
  await scene.world.app.lunaSec.grants.verify('ada', token);
  scene.ledger.became(token, 'accepted');
  return token;
}

/** Everything that a life cycle is made of. */
export const operations: Operation[] = [
  {
    name: 'createSession',
    async prepare(scene) {
      const { world, turn, kept } = scene;
      const session = `new ${turn}`;
      await world.app.lunaSec.grants.create(session, kept);
      const frame = world.frame(session);
      return async () => {
        expect((await frame.read(kept)) === 'kept', 'another text was read', scene);
        await frame.close();
      };
    },
  },
  {
    name: 'tokenize and upload',
    prepare: async (scene) => async () => void (await store(scene)),
  },
  {
    name: 'upload in parts',
    async prepare(scene) {
      const text = `large ${scene.turn}`.padEnd(8_500_000, '.');
      const large = await sealLarge(text);
      return async () => {
        await uploadLarge(scene.world, scene.accessToken, large);
        return async () => {
          await scene.world.app.lunaSec.grants.verify('ada', large.token);
          scene.ledger.note(large.token, text, { fate: 'accepted' });
          await scene.world.app.lunaSec.grants.create('ada', large.token);
          expect((await scene.ada.read(large.token)) === text, 'another large text was read', scene);
        };
      };
    },
  },
  {
    name: 'verifyStoreGrants',
    async prepare(scene) {
      const token = await store(scene);
      return async () => {
        await scene.world.app.lunaSec.grants.verify('ada', token);
        scene.ledger.became(token, 'accepted');
      };
    },
  },
  {
    name: 'createReadGrants',
    async prepare(scene) {
      const token = await keep(scene);
      return async () => {
        await scene.world.app.lunaSec.grants.create('ada', token);
        return async () =>
          expect((await readCode(scene.ada, token)) === 'ok', 'a granted token cannot be read', scene);
      };
    },
  },
  {
    name: 'detokenize',
    prepare: async (scene) => async () =>
      expect((await scene.ada.read(scene.kept)) === 'kept', 'another text was read', scene),
  },
  {
    name: 'revokeReadGrants',
    async prepare(scene) {
      const token = await keep(scene);
      await scene.world.app.lunaSec.grants.create('ada', token);
      return async () => {
        await scene.world.app.lunaSec.grants.revoke('ada', token);
        return async () => {
          const code = await readCode(scene.ada, token);
          expect(code === 'READ_GRANT_MISSING', `after its grant was revoked, reading was ${code}`, scene);
        };
      };
    },
  },
  {
    name: 'endSession',
    async prepare(scene) {
      const { world, turn, kept } = scene;
      const session = `leaving ${turn}`;
      const frame = world.frame(session);
      await world.app.lunaSec.grants.create(session, kept);
      await frame.read(kept);
      return async () => {
        await world.app.lunaSec.grants.endSession(session);
        return async () => {
          // It logs in again by itself, and has lost its grants.
          const code = await readCode(frame, kept);
          expect(code === 'READ_GRANT_MISSING', `after the session ended, reading was ${code}`, scene);
          await frame.close();
        };
      };
    },
  },
  {
    name: 'deleteTokens',
    async prepare(scene) {
      const token = await keep(scene);
      await scene.world.app.lunaSec.grants.create('ada', token);
      return async () => {
        await scene.world.app.lunaSec.deleteTokens([token]);
        scene.ledger.became(token, 'deleted');
        return async () => {
          const code = await readCode(scene.ada, token);
          expect(code === 'READ_GRANT_MISSING', `after its deletion, reading was ${code}`, scene);
        };
      };
    },
  },
  {
    name: 'updateTokenMetadata',
    prepare: async (scene) => async () => {
      const { lunaSec } = scene.world.app;
      await lunaSec.updateTokenMetadata(scene.kept, { turn: scene.turn });
      const found = await lunaSec.findToken(scene.kept);
      expect(found?.metadata.turn === scene.turn, 'metadata are not as they were answered', scene);
    },
  },
  {
    name: 'sweep',
    async prepare(scene) {
      const { world } = scene;
      const [pending, deleted] = [await store(scene), await keep(scene)];
      await scene.ada.abandon('never sent');
      await world.app.lunaSec.deleteTokens([deleted]);
      scene.ledger.became(deleted, 'deleted');
      await world.clock.set(afterAnyLease());
      return async () => {
        const [replica] = world.replicas;
        const isDone = await replica!
          .process()
          .order('sweep')
          .then(
            () => true,
            () => false,
          );
        if (!isDone) {
          await untilRunning(scene);
          await world.clock.set(afterAnyLease());
          const { outcome } = await replica!.process().order<{ outcome: string }>('sweep');
          expect(outcome === 'done', `a sweep after a crash was ${outcome}`, scene);
        }
        const { tokens, objects } = await world.stores.look();
        expect(!tokens.has(pending) && !objects.has(pending), 'an expired token was not swept', scene);
        expect(!objects.has(deleted), 'the object of a deleted token was not swept', scene);
        await world.clock.set(0);
        return async () => {
          // Gives the lease back, which would last for days by the clock that is right again.
          await replica!.stop();
          await replica!.start();
          // The sweep took what had run out by its clock.
          await world.app.lunaSec.grants.create('ada', scene.kept, '1h');
        };
      };
    },
  },
  {
    name: 'rotate keys',
    prepare: async (scene) => async () => {
      const { world } = scene;
      const rotate = () => world.replicas[0]!.process().order<{ left: unknown[]; active: string }>('rotate');
      const { active } = await rotate().catch(async () => {
        await untilRunning(scene);
        // What the command's message tells an operator to do after a crash.
        await rm(join(world.config.dataDirectory!, 'keys.json.lock'), { force: true });
        return rotate();
      });
      const { keyIds } = await world.stores.look();
      expect([...keyIds].join() === active, 'keys are left under another wrapping key', scene);
      expect(
        (await scene.ada.read(scene.kept)) === 'kept',
        'after the rotation another text was read',
        scene,
      );
    },
  },
  {
    name: 'audit checkpoint',
    async prepare(scene) {
      await store(scene);
      return async () => {
        const checkpoint = () => scene.world.replicas[0]!.process().order('checkpoint');
        await checkpoint().catch(async () => {
          await untilRunning(scene);
          await checkpoint();
        });
      };
    },
  },
];

/** Of this process, in minutes. */
let sweptLast = 0;
/**
 * A time for the clock, in milliseconds, when no replica has the lease of sweeps any longer: it keeps it between them, and one that
 * crashed for as long as an interval of an hour and a minute more.
 */
const afterAnyLease = () => (sweptLast += 70) * minute;

async function untilRunning({ world }: Scene): Promise<void> {
  while ((await world.ready().catch(() => undefined))?.status !== 200) await sleep(20);
}

/** What all operations begin with. */
export async function setScene(world: World, ledger: Ledger): Promise<Omit<Scene, 'turn'>> {
  const ada = world.frame('ada');
  const accessToken = await patiently(() => createSession(world, 'ada'));
  const kept = await ada.store('kept');
  ledger.note(kept, 'kept');
  await world.app.lunaSec.grants.verify('ada', kept);
  ledger.became(kept, 'accepted');
  await world.app.lunaSec.grants.create('ada', kept, '1h');
  return { world, ledger, ada, accessToken, kept };
}
