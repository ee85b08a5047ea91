import {
  SecureInput,
  SecureTextArea,
  type SecureInputProps,
  type SecureTextAreaProps,
} from '@lunasec/react-sdk';
import { jsx, raw, sample } from '../story/jsx.js';
import { story, type Controls, type Values } from '../story/types.js';
import type { Story } from '../story/types.js';

interface FieldStory<C extends Controls, Props> extends Pick<
  Story<C>,
  'id' | 'title' | 'about' | 'controls'
> {
  label: string | ((values: Values<C>) => string);
  /** Beneath the field, and its description. */
  hint?: string | ((values: Values<C>) => string);
  /** The props that the story is about. A `token` is shown in the code as a variable. */
  props(values: Values<C>): Props;
}

/** A story of one labelled input. */
export const inputStory = <const C extends Controls>(data: FieldStory<C, SecureInputProps>) =>
  fieldStory(data, 'SecureInput', (props, look) => <SecureInput {...props} className={look.input} />);

/** A story of one labelled text area. */
export const areaStory = <const C extends Controls>(data: FieldStory<C, SecureTextAreaProps>) =>
  fieldStory(data, 'SecureTextArea', (props, look) => <SecureTextArea {...props} className={look.area} />);

function fieldStory<C extends Controls, Props extends SecureInputProps & SecureTextAreaProps>(
  { label, hint, props, ...rest }: FieldStory<C, Props>,
  component: 'SecureInput' | 'SecureTextArea',
  element: (props: Props, look: Parameters<Story['code']>[1]) => React.ReactNode,
): Story {
  const textOf = (given: typeof label | undefined, values: Values<C>) =>
    typeof given === 'function' ? given(values) : given;
  return story<C>({
    ...rest,
    render(values, { look, id, handlers }) {
      const shownHint = textOf(hint, values);
      const field = {
        ...props(values),
        ...handlers('value'),
        id: id('value'),
        name: 'value',
        'aria-describedby': shownHint && id('hint'),
      };
      return (
        <div className={look.row}>
          <label className={look.label} htmlFor={field.id}>
            {textOf(label, values)}
          </label>
          {element(field, look)}
          {shownHint && (
            <p className={look.hint} id={id('hint')}>
              {shownHint}
            </p>
          )}
        </div>
      );
    },
    code(values, look) {
      const own = props(values);
      const shownHint = textOf(hint, values);
      const field = jsx(component, {
        id: 'value',
        name: 'value',
        className: component === 'SecureInput' ? look.input : look.area,
        ...own,
        ...('token' in own && { token: raw('token') }),
        'aria-describedby': shownHint && 'value-hint',
        onChange: raw('(event) => setToken(event.target.value)'),
      });
      return sample(
        [component],
        jsx(
          'div',
          { className: look.row },
          jsx('label', { className: look.label, htmlFor: 'value' }, textOf(label, values)),
          field,
          shownHint && jsx('p', { className: look.hint, id: 'value-hint' }, shownHint),
        ),
      );
    },
  });
}
