const text = Symbol('markup');

/** Markup that is safe to send. Only {@link html} makes it: what comes from elsewhere cannot have its symbol. */
export interface Markup {
  readonly [text]: string;
}

/** What may stand in a template. Lists are joined; null, undefined and false are nothing. */
export type Part = Markup | string | number | null | undefined | false | readonly Part[];

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
const escape = (value: string) => value.replaceAll(/[&<>"'`]/g, (character) => escapes[character]!);

/** Attributes whose values may be filled in: none that runs, styles or loads anything. */
const fillable = /^(action|aria-[a-z]+|class|content|datetime|for|href|id|name|title|type|value)$/;

/**
 * A template whose parts are escaped, unless they are markup themselves, so that nothing has to be remembered. Throws for
 * places where escaping would not be enough: attributes without quotes or that could run something, addresses that are not
 * paths of this server, the inside of scripts, styles and comments.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let written = strings[0]!;
  parts.forEach((part, index) => {
    checkPlace(written, part);
    written += write(part) + strings[index + 1]!;
  });
  return { [text]: written };
}

/** The text of a whole page. */
export const render = (page: Markup): string => `<!doctype html>\n${page[text].trim()}\n`;

function write(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string') return escape(part);
  if (typeof part === 'number') return String(part);
  if (isMarkup(part)) return part[text];
  return part.map(write).join('');
}

const isMarkup = (part: Markup | readonly Part[]): part is Markup => text in part;

function checkPlace(before: string, part: Part): void {
  const tag = /<[^<>]*$/.exec(before)?.[0];
  if (tag !== undefined) {
    const attribute = /\s([\w:-]+)="[^"]*$/.exec(tag)?.[1];
    if (attribute === undefined) {
      // Whole attributes may be added, as markup.
      if (/\s$/.test(tag) && (!part || isMarkupOnly(part))) return;
      throw new Error('Only quoted values of attributes, and markup, may stand inside of a tag.');
    }
    if (!fillable.test(attribute)) throw new Error(`Nothing may stand in ${attribute}.`);
    const isAddress = /^(href|action)$/.test(attribute) && /="$/.test(tag);
    if (isAddress && !(typeof part === 'string' && /^\/(?![/\\])/.test(part)))
      throw new Error('An address must be a path of this server.');
  }
  const opened = /<(script|style|!--)[^]*$/i.exec(before)?.[0];
  if (opened !== undefined && !/<\/(script|style)>|-->/i.test(opened))
    throw new Error('Nothing may stand in scripts, styles and comments.');
}

const isMarkupOnly = (part: Part): boolean => typeof part === 'object' && part !== null && isMarkup(part);
