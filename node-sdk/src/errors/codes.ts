import type { ProblemCode } from '@lunasec/secure-frame/protocol';

export { problemCodes } from '@lunasec/secure-frame/protocol';
export type { ProblemCode };

/** A failure as plain data. `message` is for developers, in English; pages translate by `code`. */
export interface Problem {
  code: ProblemCode;
  message: string;
}
