import { SecureParagraph, SecureSpan, type SecureTextProps } from '@lunasec/react-sdk';
import type { ReactNode } from 'react';
import { jsx, raw, sample } from '../story/jsx.js';
import { story, type Controls, type Story, type Values } from '../story/types.js';

interface TextStory<C extends Controls> extends Pick<Story<C>, 'id' | 'title' | 'about' | 'controls'> {
  /** The props that the story is about. A `token` is shown in the code as a variable, a `fallback` by its code. */
  props(values: Values<C>): SecureTextProps;
  fallbackCode?(values: Values<C>): string | undefined;
}

/** A story of one stored value shown as a paragraph. */
export const paragraphStory = <const C extends Controls>({
  props,
  fallbackCode,
  ...rest
}: TextStory<C>): Story =>
  story<C>({
    ...rest,
    form: 'none',
    render: (values, { look, handlers }) => (
      <SecureParagraph
        className={look.text}
        aria-label="Stored value"
        onError={handlers('SecureParagraph').onError}
        {...props(values)}
      />
    ),
    code: (values, look) =>
      sample(
        ['SecureParagraph'],
        codeOf('SecureParagraph', look.text, props(values), fallbackCode?.(values)),
      ),
  });

/** A story of one stored value in the middle of a sentence. */
export const spanStory = <const C extends Controls>({ props, fallbackCode, ...rest }: TextStory<C>): Story =>
  story<C>({
    ...rest,
    form: 'none',
    render: (values, { look, handlers }) => (
      <Sentence className={look.text}>
        <SecureSpan
          className={look.span}
          aria-label="Stored value"
          onError={handlers('SecureSpan').onError}
          {...props(values)}
        />
      </Sentence>
    ),
    code: (values, look) =>
      sample(
        ['SecureSpan'],
        jsx(
          'p',
          { className: look.text },
          "We have{' '}",
          codeOf('SecureSpan', look.span, props(values), fallbackCode?.(values)),
          "{' '}on file for you.",
        ),
      ),
  });

const Sentence = ({ className, children }: { className: string | undefined; children: ReactNode }) => (
  <p className={className}>We have {children} on file for you.</p>
);

function codeOf(
  tag: string,
  className: string | undefined,
  { token: _token, fallback: _fallback, ...props }: SecureTextProps,
  fallback: string | undefined,
): string {
  return jsx(tag, {
    token: raw('token'),
    className,
    'aria-label': 'Stored value',
    ...props,
    fallback: fallback && raw(fallback),
  });
}
