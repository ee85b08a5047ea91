import type { AnyNode, CallExpression } from 'acorn';
import {
  callsOf,
  edited,
  find,
  importAfterLast,
  importedAs,
  indentAt,
  isUsed,
  parseModule,
} from './source.js';
import type { Call, Edit, Source } from './source.js';

/** How the server of an app is started. */
export type Integration = 'standalone' | 'express';

/** What is to be done to the file that makes the server. */
export type Wiring =
  | { kind: 'done' }
  | { kind: 'edit'; integration: Integration; text: string }
  /** It is not clear enough to be changed. */
  | { kind: 'unclear'; integration: Integration | undefined; why: string };

const apollo = /^@apollo\/server$/;
const standalone = /^@apollo\/server\/standalone$/;
const express = /^@as-integrations\/express5$/;

/** Finds out what makes LunaSec work in a server's source; `setup` is how it imports the setup file. */
export function wireServer(text: string, setup: string): Wiring {
  const source = parseModule(text);
  if (!source) return unclear('it is not an ECMAScript module that could be read');
  if (source.program.body.some((it) => it.type === 'ImportDeclaration' && it.source.value === setup))
    return { kind: 'done' };

  const standaloneStarts = callsOf(source, importedAs(source, standalone, 'startStandaloneServer'));
  const middlewares = callsOf(source, importedAs(source, express, 'expressMiddleware'));
  const integration =
    standaloneStarts.length === 1 && middlewares.length === 0
      ? 'standalone'
      : middlewares.length === 1 && standaloneStarts.length === 0
        ? 'express'
        : undefined;
  if (!integration)
    return unclear(
      'it neither calls startStandaloneServer of @apollo/server/standalone once, nor expressMiddleware of @as-integrations/express5 once',
    );

  const options = serverOptions(source);
  if (!options) return unclear('it does not call new ApolloServer(…) once, with one argument', integration);
  const edits =
    integration === 'standalone' ? standaloneEdits(source, setup) : expressEdits(source, middlewares[0]!);
  if (!edits)
    return unclear(
      integration === 'standalone'
        ? 'startStandaloneServer is not imported by a statement of its own'
        : 'expressMiddleware(…) is not an argument of app.use(…) in a statement of its own',
      integration,
    );
  const names = integration === 'standalone' ? ['withLunaSec'] : ['addLunaSec', 'withLunaSec', 'withRequest'];
  const taken = names.find((name) => isUsed(source, name));
  if (taken !== undefined) return unclear(`it has something else of the name ${taken}`, integration);
  const all = [
    ...edits,
    ...around(options, 'withLunaSec(', ')'),
    importAfterLast(source, names.join(', '), setup),
  ];
  return { kind: 'edit', integration, text: edited(text, all) };

  function unclear(why: string, found?: Integration): Wiring {
    return { kind: 'unclear', integration: found, why };
  }
}

/** The one argument of the one `new ApolloServer(…)`. */
function serverOptions(source: Source): AnyNode | undefined {
  const name = importedAs(source, apollo, 'ApolloServer');
  const made = find(source.program, 'NewExpression').filter(
    ({ node: { callee } }) => callee.type === 'Identifier' && callee.name === name,
  );
  const [argument, ...more] = made.length === 1 ? made[0]!.node.arguments : [];
  return more.length === 0 && argument?.type !== 'SpreadElement' ? argument : undefined;
}

const around = ({ start, end }: { start: number; end: number }, before: string, after: string): Edit[] => [
  { start, end: start, text: before },
  { start: end, end, text: after },
];

/** The same function, from the setup file. */
function standaloneEdits({ program, text }: Source, setup: string): Edit[] | undefined {
  const statement = program.body.find(
    (it) => it.type === 'ImportDeclaration' && standalone.test(String(it.source.value)),
  );
  if (statement?.type !== 'ImportDeclaration' || statement.specifiers.length !== 1) return undefined;
  const { start, end } = statement.source;
  return [{ start, end, text: `${text[start]}${setup}${text[start]}` }];
}

/** Middleware before the statement, and the request in the context. */
function expressEdits({ text }: Source, { node, around: outer }: Call): Edit[] | undefined {
  const use = outer.at(-1);
  const statement = outer.at(-2);
  if (use?.type !== 'CallExpression' || statement?.type !== 'ExpressionStatement') return undefined;
  const app = appOf(use);
  const [server, options, ...more] = node.arguments;
  if (app === undefined || !server || more.length > 0 || options?.type === 'SpreadElement') return undefined;
  const context = options
    ? around(options, 'withRequest(', ')')
    : [{ start: server.end, end: server.end, text: ', withRequest()' }];
  const { start } = statement;
  return [{ start, end: start, text: `addLunaSec(${app});\n${indentAt(text, start)}` }, ...context];
}

/** `app` of `app.use(…)`. */
function appOf({ callee }: CallExpression): string | undefined {
  if (callee.type !== 'MemberExpression' || callee.computed || callee.object.type !== 'Identifier')
    return undefined;
  return callee.property.type === 'Identifier' && callee.property.name === 'use'
    ? callee.object.name
    : undefined;
}
