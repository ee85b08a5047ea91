const indent = (text: string) => text.replace(/^(?=.)/gm, '  ');
const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

/** The source of an HTML element. Attributes that are `undefined`, `false` or empty are left out. */
export function html(
  tag: string,
  attributes: object = {},
  ...children: (string | false | undefined)[]
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== false && value !== '')
    .map(([name, value]) => (value === true ? name : `${name}="${escaped(String(value))}"`));
  const inside = children.filter((child) => typeof child === 'string');
  const start = ['<' + tag, ...written].join(' ');
  const open = start.length <= 80 ? start : `<${tag}\n${indent(written.join('\n'))}\n`;
  const whole = `${open}>${inside.join('')}</${tag}>`;
  if (inside.length <= 1 && !inside.join('').includes('\n') && (inside.length === 0 || whole.length <= 80))
    return whole;
  return `${open}>\n${indent(inside.join('\n'))}\n</${tag}>`;
}

/** Text as it stands between tags. */
export const textOf = (text: string) => escaped(text);
