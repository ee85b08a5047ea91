import type { Upload } from '../../../secure-frame/src/protocol/internal.js';
import { createApi } from '../../../secure-frame/src/controller/api.js';
import { createDetokenization } from '../../../secure-frame/src/controller/detokenization.js';
import { createSessions } from '../../../secure-frame/src/controller/session.js';
import { createTokenization } from '../../../secure-frame/src/controller/tokenization.js';
import { loadText, storeText } from '../../../secure-frame/src/element/values.js';
import type { App } from './app.js';

/** The secure frames of one page: the code that runs in browsers, with Node's `fetch`. */
export interface Frame {
  /** Encrypts and uploads a text as a secure field does. Throws ProblemErrors. */
  store(text: string): Promise<string>;
  /** Asks for an upload and never sends it. */
  abandon(text: string): Promise<string>;
  read(token: string): Promise<string>;
  /** Forgets the session. */
  close(): Promise<void>;
}

export function openFrame({
  app,
  session,
  tokenizer,
}: {
  app: Pick<App, 'assertion'>;
  session: string;
  /** Its way to the tokenizer, by path. */
  tokenizer: typeof globalThis.fetch;
}): Frame {
  const api = createApi(tokenizer);
  const sessions = createSessions({
    api,
    askForAssertion: () => void app.assertion(session).then(sessions.accept, () => undefined),
    onState: () => undefined,
    onChange: () => undefined,
    isVisible: () => false,
  });
  const tokenization = createTokenization(api, sessions);
  const detokenization = createDetokenization(api, sessions);
  const link = {
    requestUpload: async (...given: Parameters<typeof tokenization.join>) =>
      (await tokenization.join(...given)) as Upload,
    skip: () => undefined,
    requestDownload: (token: string) => detokenization.claim(token),
  };
  let batches = 0;
  const batch = () => ({ id: `${session}/${++batches}`, size: 1 });
  return {
    store: (text) => storeText(text, batch(), link, fetch),
    async abandon(text) {
      let token = '';
      const asked = new Error('The upload was asked for.');
      const given = {
        ...link,
        requestUpload: async (...[of, input]: Parameters<typeof link.requestUpload>) => {
          await link.requestUpload(of, input);
          token = input.token;
          throw asked;
        },
      };
      await storeText(text, batch(), given, fetch).catch((error: unknown) => {
        if (error !== asked) throw error;
      });
      return token;
    },
    read: (token) => loadText(token, link, fetch),
    close: () => sessions.accept(null),
  };
}
