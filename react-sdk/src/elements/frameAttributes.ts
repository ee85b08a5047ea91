import type { ElementAttributes } from '@lunasec/secure-frame/protocol';

/** Props that the frame understands as they are. */
const names = [
  'mask',
  'conceal',
  'revealable',
  'copyable',
  'hideAfter',
  'labels',
  'maxRows',
  'min',
  'max',
  'step',
] as const satisfies (keyof ElementAttributes)[];

/** What a secure element can do inside its frame. Except for `labels`, it is what the first render says for good. */
export type FrameProps = Pick<
  ElementAttributes,
  'conceal' | 'revealable' | 'copyable' | 'hideAfter' | 'labels'
>;

export function frameAttributes(props: ElementAttributes): ElementAttributes {
  return Object.fromEntries(names.map((name) => [name, props[name]]));
}
