import { ApolloServer } from '@apollo/server';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { LunaSec } from '@lunasec/node-sdk';

/** Fields of one object; more are in a list of objects. */
const width = 10;
const names = Array.from({ length: width }, (_, index) => `field${index}`);
export const query = `{ rows { ${names.join(' ')} } }`;

const schemaOf = (mark, rows, typeDefs = []) =>
  makeExecutableSchema({
    typeDefs: [
      ...typeDefs,
      `type Query { rows: [Row!]! } type Row { ${names.map((name) => `${name}: String ${mark}`).join(' ')} }`,
    ],
    resolvers: { Query: { rows: () => rows } },
  });

/** Rows of fields that hold the tokens. */
export const rowsOf = (tokens) =>
  Array.from({ length: Math.ceil(tokens.length / width) }, (_, row) =>
    Object.fromEntries(
      names.flatMap((name, column) => {
        const token = tokens[row * width + column];
        return token === undefined ? [] : [[name, token]];
      }),
    ),
  );

export const createLunaSec = ({ applicationId, tokenizerURL, signingKey, client, parts }) =>
  new LunaSec(
    {
      applicationId,
      tokenizerURL,
      origin: 'https://app.example.com',
      auth: {
        secrets: { source: 'environment' },
        sessionIdProvider: () => 'a-session',
      },
      client,
    },
    { signingKey, ...parts },
  );

/** Apollo Server with every field marked, and the plugin. */
export const markedServer = (lunaSec, tokens) =>
  started(
    new ApolloServer({
      schema: lunaSec.tokenDirective.transform(
        schemaOf('@token', rowsOf(tokens), [lunaSec.tokenDirective.typeDefs]),
      ),
      plugins: [lunaSec.apolloPlugin()],
    }),
  );

/** The same schema and data without the directive and the plugin. */
export const plainServer = (tokens) => started(new ApolloServer({ schema: schemaOf('', rowsOf(tokens)) }));

async function started(server) {
  await server.start();
  return server;
}

/** Runs the query; fails when it has errors, or not as many values as there are tokens. */
export async function runQuery(server, count) {
  const { body } = await server.executeOperation({ query }, { contextValue: { req: { headers: {} } } });
  const { data, errors } = body.singleResult;
  if (errors) throw new Error(`The query failed: ${errors[0].message}`);
  if (data.rows.length !== Math.ceil(count / width)) throw new Error('The query did not return its rows.');
}
