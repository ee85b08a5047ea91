import type { Multipart, TokenizeInput, Upload } from '../protocol/internal.js';
import type { Batch } from '../protocol/messages.js';
import { ProblemError } from '../protocol/problem.js';
import { maxBatch, unavailable } from './api.js';
import type { Api } from './api.js';
import type { Sessions } from './session.js';

export interface Tokenization {
  /** Joins a batch; resolves with where to upload once the batch's one call has answered. */
  join(batch: Batch, input: TokenizeInput): Promise<Upload | Multipart>;
  /** A member of the batch that has nothing to store. */
  skip(batch: Batch): void;
}

interface Member {
  input: TokenizeInput;
  resolve(upload: Upload | Multipart): void;
  reject(error: unknown): void;
}
interface Open {
  arrived: number;
  members: Member[];
  timer?: ReturnType<typeof setTimeout>;
}

/** How long a batch waits for its next member: one that fails or is removed must not hold up the others. */
const patience = 2000;

/** Turns a form's submission into one `tokenize` (one per 1000 members). */
export function createTokenization(
  api: Pick<Api, 'tokenize'>,
  sessions: Pick<Sessions, 'run'>,
): Tokenization {
  const open = new Map<string, Open>();

  function arrive({ id, size }: Batch, member?: Member): void {
    const batch = open.get(id) ?? { arrived: 0, members: [] };
    open.set(id, batch);
    batch.arrived++;
    if (member) batch.members.push(member);
    clearTimeout(batch.timer);
    if (batch.arrived >= size) dispatch(id, batch);
    else batch.timer = setTimeout(() => dispatch(id, batch), patience);
  }

  function dispatch(id: string, { members }: Open): void {
    open.delete(id);
    for (let start = 0; start < members.length; start += maxBatch)
      void send(members.slice(start, start + maxBatch));
  }

  async function send(members: Member[]): Promise<void> {
    try {
      const inputs = members.map(({ input }) => input);
      const results = await sessions.run((accessToken) => api.tokenize(accessToken, inputs));
      members.forEach(({ input, resolve, reject }, index) => {
        const result = results[index];
        if (result?.token !== input.token) reject(unavailable());
        else if (result.upload) resolve(result.upload);
        else if (result.multipart) resolve(result.multipart);
        else
          reject(
            result.problem ? new ProblemError(result.problem.code, result.problem.message) : unavailable(),
          );
      });
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  }

  return {
    join: (batch, input) => new Promise((resolve, reject) => arrive(batch, { input, resolve, reject })),
    skip: (batch) => arrive(batch),
  };
}
