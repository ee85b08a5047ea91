import type { Settings } from './settings.js';
import type { Integration } from './wire.js';

/** What to write into a server that is not clear enough to be changed. */
export function serverSnippet(it: {
  server: string;
  why: string;
  setupImport: string;
  integration: Integration;
  isModule: boolean;
}): string {
  const names =
    it.integration === 'standalone'
      ? 'startStandaloneServer, withLunaSec'
      : 'addLunaSec, withLunaSec, withRequest';
  const load = it.isModule
    ? `import { ${names} } from '${it.setupImport}';`
    : `const { ${names} } = await import('${it.setupImport}'); // in an async function`;
  const rest =
    it.integration === 'standalone'
      ? [`// in the place of startStandaloneServer of @apollo/server/standalone`]
      : [
          'addLunaSec(app); // after your sessions, before the GraphQL endpoint',
          'expressMiddleware(server, withRequest({ /* as it was */ }));',
        ];
  return [
    `${it.server} is left as it is, because ${it.why}. Write into it:`,
    '',
    load,
    'new ApolloServer(withLunaSec({ /* as it was */ }));',
    ...rest,
  ].join('\n');
}

/** Of the provider's tag. */
export const clientAttributes = ({ applicationId, tokenizerURL }: Settings): string =>
  `applicationId="${applicationId}" tokenizerURL="${tokenizerURL}"`;

const clientOrigin = ({ origin }: Settings): string =>
  `Its pages must come from ${origin}, as LUNASEC_ORIGIN says; where another server gives them out, let it pass /.lunasec on to yours.`;

/** What to put around an app's React pages, where that is not clear enough to be done. */
export const clientSnippet = (folder: string, settings: Settings): string =>
  [
    `In your React app${folder === '.' ? '' : ` (${folder})`}: npm install @lunasec/react-sdk, and around what has secure fields:`,
    '',
    `import { LunaSecProvider } from '@lunasec/react-sdk';`,
    '',
    `<LunaSecProvider ${clientAttributes(settings)}>`,
    '  …',
    '</LunaSecProvider>',
    '',
    clientOrigin(settings),
  ].join('\n');

/** What to know of React pages that now have the provider. */
export const clientNote = (entry: string, settings: Settings): string =>
  `${entry} names the tokenizer of this machine: in production let it be the address of yours. ${clientOrigin(settings)}`;
