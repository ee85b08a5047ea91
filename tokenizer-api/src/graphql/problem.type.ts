import { problemCodes } from '@lunasec/secure-frame/protocol';
import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { simpleResolvers } from './simple-resolvers.js';

export const ProblemCodes = Object.fromEntries(problemCodes.map((code) => [code, code])) as {
  [C in ProblemCode]: C;
};

registerEnumType(ProblemCodes, {
  name: 'ProblemCode',
  description:
    'Everything that can go wrong. Errors of a whole call carry the same codes in `extensions.code`. New codes may be added.',
  valuesConfig: {
    UNAUTHENTICATED: {
      description: 'No, or no good, credentials: renew the session, or check keys, clocks and audience.',
    },
    ASSERTION_REPLAYED: { description: 'The assertion was used before. Each works once.' },
    STORE_GRANT_MISSING: { description: 'Another session made the token.' },
    READ_GRANT_MISSING: {
      description:
        'The session may not read the token, or there is no such token: sessions are not told which.',
    },
    GRANT_EXPIRED: { description: 'The grant was there, but its time is over.' },
    TOKEN_NOT_FOUND: { description: 'The application has no such token.' },
    TOKEN_DELETED: { description: 'The token was deleted, with its key and its value.' },
    UPLOAD_MISSING: { description: 'The ciphertext is not in the object store, or not in full.' },
    BINDING_MISMATCH: { description: 'The token is bound to another place.' },
    DURATION_TOO_LONG: { description: 'Longer than the application’s longest read grant.' },
    TOO_LARGE: { description: 'The ciphertext, or the body of the request, is larger than allowed.' },
    BATCH_TOO_LARGE: { description: 'More entries in one call than allowed. Split it.' },
    QUOTA_EXCEEDED: {
      description: 'The application stores as much as it may. Delete tokens, or raise its limits.',
    },
    RATE_LIMITED: { description: 'Too many calls. `extensions.retryAfter` says how many seconds to wait.' },
    BAD_USER_INPUT: { description: 'The input is malformed; the message says how.' },
    UNAVAILABLE: { description: 'Something the tokenizer needs does not answer. Try again later.' },
  },
});

@ObjectType('Problem', {
  simpleResolvers,
  description: 'Why one entry of a batch has no result. The other entries are not affected.',
})
export class ProblemType {
  @Field(() => ProblemCodes, { description: 'Stable, for programs.' })
  code!: ProblemCode;

  @Field(() => String, { description: 'For developers, in English. May change.' })
  message!: string;
}
