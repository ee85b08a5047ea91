/** React components over secure frames: the page holds tokens, the frames hold the values. */
export { ProblemError } from '@lunasec/secure-frame/protocol';
export type {
  FrameProblemCode as ProblemCode,
  InputType,
  InvalidCode,
  Problem,
  ValidatorName,
} from '@lunasec/secure-frame/protocol';
export type {
  Connection,
  PageOptions,
  ProblemHelp,
  SecureChangeEvent,
  SecureField,
  SecureFocusEvent,
  Session,
} from './core/index.js';
export { SecureInput } from './elements/SecureInput.js';
export { SecureParagraph, SecureSpan } from './elements/SecureText.js';
export { SecureTextArea } from './elements/SecureTextArea.js';
export type {
  SecureControlProps,
  SecureElementProps,
  SecureInputProps,
  SecureText,
  SecureTextAreaProps,
  SecureTextProps,
} from './elements/types.js';
export { SecureForm } from './form/SecureForm.js';
export type { SecureFormProps } from './form/SecureForm.js';
export type { Submit, SubmitHandlers, Tokens } from './form/useStoring.js';
export { useLunaSec } from './hooks/useLunaSec.js';
export type { LunaSec } from './hooks/useLunaSec.js';
export { useSecureField } from './hooks/useSecureField.js';
export { useSecureForm } from './hooks/useSecureForm.js';
export type { SecureFormControls } from './hooks/useSecureForm.js';
export { useSecureText } from './hooks/useSecureText.js';
export { LunaSecProvider } from './provider/LunaSecProvider.js';
export type { LunaSecProviderProps } from './provider/LunaSecProvider.js';
