import type { AnyNode, CallExpression } from 'acorn';
import {
  callsOf,
  edited,
  find,
  importAfterLast,
  importedAs,
  indentAt,
  isUsed,
  newlineOf,
  parseModule,
} from './source.js';
import type { Call, Edit, Source } from './source.js';

/** What is to be done to the file that renders an app's pages. */
export type ClientWiring = { kind: 'edit'; text: string } | { kind: 'unclear' };

const unclear: ClientWiring = { kind: 'unclear' };
const reactDOM = /^react-dom\/client$/;

/** Puts LunaSecProvider around what a page renders; `attributes` are those of its tag. */
export function wireClient(text: string, attributes: string): ClientWiring {
  const source = parseModule(text, { jsx: true });
  const rendered = source && renderedBy(source);
  if (!rendered || isUsed(source, 'LunaSecProvider')) return unclear;
  const name = importAfterLast(source, 'LunaSecProvider', '@lunasec/react-sdk');
  return { kind: 'edit', text: edited(text, [name, aroundOf(text, rendered, attributes)]) };
}

/** The one element that is given to the one root: `createRoot(…).render(it)`, `root.render(it)` or `hydrateRoot(…, it)`. */
function renderedBy(source: Source): AnyNode | undefined {
  const [created, hydrated] = ['createRoot', 'hydrateRoot'].map((name) =>
    callsOf(source, importedAs(source, reactDOM, name)),
  ) as [Call[], Call[]];
  const [root, ...more] = [...created, ...hydrated];
  if (!root || more.length > 0) return undefined;
  const element = hydrated.length > 0 ? root.node.arguments[1] : renderedInto(source, root.node);
  return element && isElement(element) ? element : undefined;
}

/** The one argument of the one call of `render` of a root that is called at once, or kept in a constant. */
function renderedInto({ program }: Source, root: CallExpression): AnyNode | undefined {
  const kept = find(program, 'VariableDeclarator').find(({ node }) => node.init === root)?.node.id;
  const isRoot = (node: AnyNode) =>
    node === root || (kept?.type === 'Identifier' && node.type === 'Identifier' && node.name === kept.name);
  const renders = find(program, 'CallExpression').filter(
    ({ node: { callee } }) =>
      callee.type === 'MemberExpression' &&
      !callee.computed &&
      callee.property.type === 'Identifier' &&
      callee.property.name === 'render' &&
      isRoot(callee.object),
  );
  const [element, ...more] = renders.length === 1 ? renders[0]!.node.arguments : [];
  return more.length === 0 ? element : undefined;
}

const isElement = ({ type }: AnyNode): boolean => ['JSXElement', 'JSXFragment'].includes(type as string);

/** On lines of its own where the element has such, which are then indented; else where it stands. */
function aroundOf(text: string, { start, end }: AnyNode, attributes: string): Edit {
  const opening = `<LunaSecProvider ${attributes}>`;
  const element = text.slice(start, end);
  const indent = indentAt(text, start);
  const isOnLineOfItsOwn = text.slice(0, start).endsWith(`\n${indent}`);
  // The lines of a text between backquotes are what they are.
  if (!isOnLineOfItsOwn || element.includes('`'))
    return { start, end, text: `${opening}${element}</LunaSecProvider>` };
  const step = indent.includes('\t') ? '\t' : '  ';
  const lines = [opening, `${step}${element.replace(/\n(?=.)/g, `\n${step}`)}`, '</LunaSecProvider>'];
  return { start, end, text: lines.join(`${newlineOf(text)}${indent}`) };
}
