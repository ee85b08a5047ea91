import { describe, expect, test } from '@jest/globals';
import { wireServer } from './wire.js';

const wire = (text: string) => wireServer(text, './lunasec.js');
const textOf = (text: string): string => {
  const wiring = wire(text);
  if (wiring.kind !== 'edit') throw new Error(JSON.stringify(wiring));
  return wiring.text;
};

const standalone = `import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

// as it was: )
const server = new ApolloServer<Context>({ typeDefs: \`type Query { a(b: String = ")"): Int }\`, resolvers });
const { url } = await startStandaloneServer(server, { listen: { port: 4000 } });
`;
const express = `import { ApolloServer as Server } from "@apollo/server"
import { expressMiddleware as middleware } from "@as-integrations/express5"
import express from "express"

async function main() {
  const api = express()
  const server = new Server({ typeDefs, resolvers })
  await server.start()
  api.use("/graphql", express.json(), middleware(server))
}
`;

describe('the source of a server', () => {
  test('of a standalone one is changed in three places, and nowhere else', () => {
    expect(textOf(standalone)).toBe(`import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from './lunasec.js';
import { withLunaSec } from './lunasec.js';

// as it was: )
const server = new ApolloServer<Context>(withLunaSec({ typeDefs: \`type Query { a(b: String = ")"): Int }\`, resolvers }));
const { url } = await startStandaloneServer(server, { listen: { port: 4000 } });
`);
  });

  test('with Express gets middleware before the endpoint and the request into the context, in its own style', () => {
    expect(textOf(express)).toBe(`import { ApolloServer as Server } from "@apollo/server"
import { expressMiddleware as middleware } from "@as-integrations/express5"
import express from "express"
import { addLunaSec, withLunaSec, withRequest } from "./lunasec.js"

async function main() {
  const api = express()
  const server = new Server(withLunaSec({ typeDefs, resolvers }))
  await server.start()
  addLunaSec(api);
  api.use("/graphql", express.json(), middleware(server, withRequest()))
}
`);
  });

  test('keeps a context that it has', () => {
    const before = express.replace(
      'middleware(server)',
      'middleware(server, { context: async () => ({ a }) })',
    );
    expect(textOf(before)).toContain('middleware(server, withRequest({ context: async () => ({ a }) }))');
  });

  test('keeps the ends of lines', () => {
    const text = textOf(standalone.replaceAll('\n', '\r\n'));
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  test.each([standalone, express])('is done when it was changed before', (text) => {
    expect(wire(textOf(text))).toEqual({ kind: 'done' });
  });

  test.each([
    [
      'is no module',
      'const { ApolloServer } = require("@apollo/server"); new ApolloServer({}',
      'could be read',
    ],
    [
      'starts in another way',
      standalone.replace('startStandaloneServer(server', 'other(server'),
      'neither calls',
    ],
    [
      'makes two servers',
      standalone.replace('const { url }', 'new ApolloServer({ schema });\nconst { url }'),
      'does not call new ApolloServer(…) once',
    ],
    [
      'spreads its options',
      standalone.replace('({ typeDefs', '(...[{ typeDefs').replace('resolvers })', 'resolvers }])'),
      'once',
    ],
    [
      'is a class of its own',
      standalone.replace(
        "import { ApolloServer } from '@apollo/server'",
        "import { ApolloServer } from './own.js'",
      ),
      'once',
    ],
    [
      'uses a router that is computed',
      express.replace('api.use("/graphql", express.json(), ', 'routers[0].use("/graphql", '),
      'not an argument of app.use',
    ],
    [
      'keeps the middleware for later',
      express.replace('api.use("/graphql", express.json(), middleware(server))', 'return middleware(server)'),
      'not an argument',
    ],
    [
      'passes options that are spread',
      express.replace('middleware(server)', 'middleware(server, ...options)'),
      'not an argument',
    ],
    [
      'has that name already',
      standalone.replace('// as it was: )', 'const withLunaSec = 1;'),
      'something else of the name',
    ],
  ])('that %s is left as it is', (_name, text, why) => {
    expect(wire(text)).toMatchObject({ kind: 'unclear', why: expect.stringContaining(why) });
  });
});
