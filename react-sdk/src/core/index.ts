/** The engine behind the components and the custom elements, for pages that use neither. No framework, no global state. */
export { createControl, twinAttributes } from './control.js';
export type { Control, Twin } from './control.js';
export type { ProblemHelp } from './element.js';
export { fieldsOf, storeFields } from './fields.js';
export type { FormField, SecureField } from './fields.js';
export { createFiles } from './files.js';
export type { Files } from './files.js';
export { createPage } from './page.js';
export type { Connection, Page, PageOptions, Session } from './page.js';
export type {
  ControlProps,
  ElementProps,
  InputProps,
  SecureChangeEvent,
  SecureFocusEvent,
  TextAreaProps,
} from './props.js';
export { createText } from './text.js';
export type { Text, TextProps } from './text.js';
