import { Document, isMap, isScalar } from 'yaml';
import type { YAMLMap } from 'yaml';
import { settingDescriptions } from './catalog.js';

/** Characters of a line of comment. */
const width = 100;

/** A configuration file with these values, each explained, and the other settings below as comments. */
export function configTemplate(values: Record<string, unknown>): string {
  const document = new Document(values, { aliasDuplicateObjects: false });
  if (isMap(document.contents)) explain(document.contents, []);
  document.commentBefore = [
    ' Settings of the LunaSec tokenizer. All of them: docs/configuration.md, or tokenizer config schema.',
    ' Environment variables go before what is written here. Check it all with: tokenizer doctor',
  ].join('\n');
  return `${document.toString({ lineWidth: 0 })}\n${others(values)}`;
}

function explain(map: YAMLMap, path: readonly string[]): void {
  map.items.forEach((pair, index) => {
    if (!isScalar(pair.key)) return;
    const own = [...path, String(pair.key.value)];
    const description = descriptionOf(own);
    if (description !== undefined) pair.key.commentBefore = wrap(description, ' ');
    if (path.length === 0 && index > 0) pair.key.spaceBefore = true;
    if (isMap(pair.value)) explain(pair.value, own);
  });
}

const descriptionOf = (path: readonly string[]): string | undefined =>
  settingDescriptions.find((it) => it.path.join() === path.join())?.description;

/** Settings at the root that have no value here, with their defaults. */
function others(values: Record<string, unknown>): string {
  return settingDescriptions
    .filter(({ path, required }) => path.length === 1 && !(path[0]! in values) && !required)
    .map(({ path, description, type, default: fallback }) => {
      const isPlain = type !== 'object' && fallback !== undefined;
      const value = type === 'kind' ? `{ kind: ${String(fallback)} }` : isPlain ? String(fallback) : '…';
      return `${wrap(description, '# ')}\n# ${path[0]}: ${value}\n`;
    })
    .join('\n');
}

function wrap(text: string, prefix: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => prefix + line).join('\n');
}
