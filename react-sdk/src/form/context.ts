import { createContext } from 'react';

/** The state of the surrounding form, and a way to submit it. */
export const FormStatus = /*#__PURE__*/ createContext<{ pending: boolean; submit(): void } | null>(null);
