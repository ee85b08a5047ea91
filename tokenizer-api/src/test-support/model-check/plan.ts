import fc from 'fast-check';

/** Places of a plan's applications, sessions and tokens in its lists. The third session is of the other application. */
export const sessionCount = 3;
export const tokenCount = 3;
export const bindings = [null, 'User.ssn:1', 'User.ssn:2'] as const;

/** How far the clock is turned: some milliseconds, or to a moment around the next end of a grant, a session or a URL. */
export const turns = ['tick', 'second', 'before', 'at', 'after', 'grace'] as const;

/** Sessions act for the first of their tokens as the one that it begins with, unless another one is named. */
export type Act =
  | { kind: 'login'; session: number; isReplay: boolean }
  | { kind: 'tokenize' | 'complete' | 'read'; session: number | null; tokens: number[] }
  | { kind: 'upload'; session: number | null; tokens: number[] }
  | {
      kind: 'verify' | 'grant';
      session: number | null;
      tokens: number[];
      /** Null: the one that the first token begins with. */
      binding: number | null;
      duration: number;
      isForeign: boolean;
    }
  | { kind: 'revoke' | 'look'; session: number | null; tokens: number[]; isForeign: boolean }
  | { kind: 'end'; session: number | null; tokens: number[] }
  | { kind: 'delete'; session: number | null; tokens: number[]; isForeign: boolean }
  | { kind: 'sweep' }
  | { kind: 'advance'; turn: number; deadline: number };

export interface Step {
  act: Act;
  actor: number;
  replica: number;
  gap: number;
  salt: number;
}

/** How far a token is when actors begin: not made, tokenized, uploaded, accepted, or readable for its session. */
export interface Beginning {
  stage: number;
  session: number;
  binding: number;
}

export interface Plan {
  seed: number;
  beginnings: Beginning[];
  steps: Step[];
}

const weighted = <T>(entries: readonly (readonly [number, fc.Arbitrary<T>])[]) =>
  fc.oneof(...entries.map(([weight, arbitrary]) => ({ weight, arbitrary })));

/** Null, for what fits, four times of five. */
const mostly = <T>(other: fc.Arbitrary<T>) =>
  weighted<T | null>([
    [4, fc.constant(null)],
    [1, other],
  ]);

const anySession = fc.nat(sessionCount - 1);
const session = mostly(anySession);
// The first token is the one that most is about.
const token = fc.constantFrom(0, 0, 0, 0, 1, 1, 2).map((one) => [one]);
const tokens = weighted([
  [5, token],
  [1, fc.uniqueArray(fc.nat(tokenCount - 1), { minLength: 2, maxLength: 2 })],
]);
const isForeign = fc.nat(9).map((number) => number === 9);
const binding = mostly(fc.nat(bindings.length - 1));
const duration = fc.constantFrom(20, 45);
const kind = <const Kind extends string>(name: Kind) => fc.constant(name);

const act: fc.Arbitrary<Act> = weighted<Act>([
  [2, fc.record({ kind: kind('login'), session: anySession, isReplay: fc.boolean() })],
  [3, fc.record({ kind: kind('tokenize'), session, tokens })],
  [3, fc.record({ kind: kind('upload'), session, tokens: token })],
  [3, fc.record({ kind: kind('complete'), session, tokens })],
  [8, fc.record({ kind: kind('read'), session, tokens })],
  [8, fc.record({ kind: kind('verify'), session, tokens, binding, duration, isForeign })],
  [6, fc.record({ kind: kind('grant'), session, tokens, binding, duration, isForeign })],
  [2, fc.record({ kind: kind('revoke'), session, tokens: token, isForeign })],
  [2, fc.record({ kind: kind('look'), session, tokens: token, isForeign })],
  [2, fc.record({ kind: kind('end'), session, tokens: token })],
  [2, fc.record({ kind: kind('delete'), session, tokens, isForeign })],
  [3, fc.record({ kind: kind('sweep') })],
  [
    7,
    fc.record({
      kind: kind('advance'),
      turn: fc.nat(turns.length - 1),
      deadline: fc.constantFrom(0, 0, 1, 2),
    }),
  ],
]);

const step: fc.Arbitrary<Step> = fc.record({
  act,
  actor: fc.nat(4),
  replica: fc.nat(1),
  gap: fc.nat(12),
  salt: fc.nat(0xffff),
});

const rivals = [
  ['verify', 'verify'],
  ['verify', 'delete'],
  ['verify', 'end'],
  ['verify', 'sweep'],
  ['verify', 'upload'],
  ['complete', 'end'],
  ['complete', 'delete'],
  ['read', 'revoke'],
  ['read', 'end'],
  ['read', 'delete'],
  ['grant', 'grant'],
  ['grant', 'revoke'],
  ['grant', 'end'],
  ['grant', 'delete'],
  ['tokenize', 'tokenize'],
  ['tokenize', 'delete'],
  ['upload', 'delete'],
] as const;

/**
 * Two acts that concern the same token, close together, with a turn of the clock between: what is under way then has an
 * older time.
 */
const race: fc.Arbitrary<Step[]> = fc
  .record({
    steps: fc.tuple(step, step, step),
    kinds: fc.constantFrom(...rivals),
    tokens: token,
    bindings: fc.tuple(...[1, 2].map(() => mostly(fc.nat(bindings.length - 1)))),
    turn: fc.constantFrom(0, 0, 0, 1),
    isReversed: fc.boolean(),
  })
  .map(({ steps, kinds, tokens: names, bindings: places, turn, isReversed }) => {
    const common = { session: null, tokens: names, isForeign: false, duration: 45 };
    const acts = kinds.map((name, index) => ({ ...common, kind: name, binding: places[index]! }) as Act);
    if (isReversed) acts.reverse();
    const between: Act = { kind: 'advance', turn, deadline: 0 };
    return [acts[0]!, between, acts[1]!].map((each, index) => ({
      ...steps[index]!,
      act: each,
      actor: [0, 4, 1][index]!,
      gap: index === 0 ? steps[0].gap : steps[index]!.gap % 3,
    }));
  });

/** Random plans: three tokens, each somewhere in its life, and 5 to 15 acts or so of five actors from there. */
const plansWith = (groups: fc.Arbitrary<Step[]>): fc.Arbitrary<Plan> =>
  fc.record({
    seed: fc.nat(0x7fffffff),
    beginnings: fc.tuple(
      ...[1, 2, 3].map(() =>
        fc.record({
          stage: fc.constantFrom(0, 1, 2, 2, 2, 3, 4, 4, 4),
          session: fc.constantFrom(0, 0, 0, 1, 2),
          binding: fc.constantFrom(0, 0, 1),
        }),
      ),
    ),
    steps: fc.array(groups, { minLength: 4, maxLength: 9, size: 'max' }).map((several) => several.flat()),
  });

export const plan = plansWith(
  weighted([
    [5, step.map((one) => [one])],
    [2, race],
  ]),
);

/** Plans with more races in them, to find faults that only these show. */
export const racyPlan = plansWith(
  weighted([
    [2, step.map((one) => [one])],
    [3, race],
  ]),
);
