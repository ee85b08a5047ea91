import type { SecureTextProps } from '@lunasec/react-sdk';
import { number, toggle, token, type Values } from '../story/types.js';

export const concealControls = {
  token: token(),
  conceal: number('conceal', 4, [0, 64], { fixed: true, hint: 'How many of the last characters stay.' }),
  revealable: toggle('revealable', true, { fixed: true }),
  copyable: toggle('copyable', true, { fixed: true }),
  hideAfter: number('hideAfter', 10, [1, 3600], { fixed: true, hint: 'Seconds.' }),
};

export const concealProps = (values: Values<typeof concealControls>): SecureTextProps => ({
  token: values.token,
  conceal: values.conceal,
  revealable: values.revealable,
  copyable: values.copyable,
  hideAfter: values.revealable ? values.hideAfter : undefined,
});
