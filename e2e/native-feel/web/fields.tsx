import { SecureInput, SecureParagraph, SecureSpan, SecureTextArea } from '@lunasec/react-sdk';
import type { InputType } from '@lunasec/react-sdk';
import type { CSSProperties, ReactNode } from 'react';
import { texts } from './texts.js';
import type { TextName } from './texts.js';

interface Common {
  /** Names the field to the test, and to assistive technology. */
  box: string;
  className: string;
  style?: CSSProperties;
  dir?: 'rtl';
  /** Shown from the start. */
  text?: TextName;
}
interface Control extends Common {
  placeholder?: string;
  required?: boolean;
  disabled?: boolean;
  readOnly?: boolean;
  /** Typed in by the test. */
  typed?: string;
}

/** One page's components: the browser's own, or the secure ones in their place. */
export interface Fields {
  Input(props: Control & { type: InputType }): ReactNode;
  TextArea(props: Control & { rows?: number; cols?: number }): ReactNode;
  Paragraph(props: Common): ReactNode;
  Span(props: Common): ReactNode;
}

const named = ({ box, text, typed, ...rest }: Control) => ({
  ...rest,
  'data-box': box,
  'data-text': text && texts[text],
  'data-typed': typed,
  'aria-label': box,
});
const withValue = (props: Control) => ({ ...named(props), defaultValue: props.text && texts[props.text] });

export const plainFields: Fields = {
  Input: ({ type, ...props }) => <input {...withValue(props)} type={type} />,
  TextArea: ({ rows, cols, ...props }) => <textarea {...withValue(props)} rows={rows} cols={cols} />,
  Paragraph: (props) => <p {...named(props)}>{props.text && texts[props.text]}</p>,
  Span: (props) => <span {...named(props)}>{props.text && texts[props.text]}</span>,
};

/** `tokenOf`: the token under which each text is stored. */
export function secureFields(tokenOf: Record<TextName, string>): Fields {
  const withToken = (props: Control) => ({ ...named(props), token: props.text && tokenOf[props.text] });
  return {
    Input: ({ type, ...props }) => <SecureInput {...withToken(props)} type={type} />,
    TextArea: ({ rows, cols, ...props }) => <SecureTextArea {...withToken(props)} rows={rows} cols={cols} />,
    Paragraph: (props) => <SecureParagraph {...withToken(props)} />,
    Span: (props) => <SecureSpan {...withToken(props)} />,
  };
}
