import { sidOf } from '../auth/sid.js';
import { UnavailableError } from '../errors/index.js';
import type { FindRequest } from '../directive/index.js';
import type { Log } from '../log.js';
import type { ValidOptions } from './options.js';

export interface Sessions {
  /** `sid` of an app's session id. */
  fromId(sessionId: string): string;
  /** `sid` of the session behind a request; null when there is none. Throws UNAVAILABLE when it cannot be told. */
  fromRequest(request: object): Promise<string | null>;
  /** The request behind a GraphQL operation, from its context; `find` is preferred to the option `request`. */
  requestOf(contextValue: unknown, find?: FindRequest): object | undefined;
  /** The session of that request. */
  fromContext(contextValue: unknown, find?: FindRequest): Promise<string | null>;
}

export function createSessions(options: ValidOptions, log: Log): Sessions {
  const { applicationId, auth, request: findRequest = requestOfContext } = options;
  let warned = false;

  function fromId(sessionId: string): string {
    if (typeof sessionId !== 'string' || sessionId === '')
      throw new TypeError('A session id must be a text, and not empty.');
    // In UTF-8 all halves of characters are one: two such ids would be the same session.
    if (/\p{Surrogate}/u.test(sessionId)) throw new TypeError('A session id must be well-formed Unicode.');
    return sidOf(applicationId, sessionId);
  }

  async function fromRequest(request: object): Promise<string | null> {
    try {
      const sessionId = await auth.sessionIdProvider(request);
      // Providers written in JavaScript give undefined as well.
      return sessionId === null || sessionId === undefined ? null : fromId(sessionId);
    } catch (cause) {
      log.warn('sessionIdProvider failed.', cause);
      throw new UnavailableError('The session cannot be read at the moment.', { cause });
    }
  }

  function requestOf(contextValue: unknown, find: FindRequest = findRequest): object | undefined {
    return typeof contextValue === 'object' && contextValue !== null ? find(contextValue) : undefined;
  }

  return {
    fromId,
    fromRequest,
    requestOf,
    async fromContext(contextValue, find) {
      const request = requestOf(contextValue, find);
      if (request) return fromRequest(request);
      if (!warned)
        log.warn(
          'The context of a GraphQL operation has no "req". Without the request there is no session: add it, or set the option "request".',
        );
      warned = true;
      return null;
    },
  };
}

function requestOfContext(contextValue: object): object | undefined {
  const { req } = contextValue as { req?: object };
  return typeof req === 'object' && req !== null ? req : undefined;
}
