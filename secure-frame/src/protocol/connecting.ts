import { exactly, integer, shape } from './parsers.js';

/**
 * Major version of every message here. Within it, a page and a frame of any two releases understand each other: messages
 * and optional fields are only ever added, and what one side does not know it leaves out. So a new value of a list that
 * the other side must know (a kind, a command) is sent only where an app asks for it. A frame tells a page of another
 * major version that they do not fit.
 */
export const protocolVersion = 1;

/** `name` of the page's hidden frames: how frames of the tokenizer tell the controller from one that renews it. */
export const controllerFrameName = 'lunasec-controller';
export const renewalFrameName = 'lunasec-renewal';

/**
 * page window → frame window, with one MessagePort: the only message that a frame takes from a page's window. Of another
 * major version than {@link protocolVersion}, it is answered over the port with `refusal`.
 */
export const connectMessage = shape({ lunasec: integer(1, 1_000_000), type: exactly('connect') });

/** frame → page, over the port: this frame speaks another major version. No other message follows. */
export const refusal = {
  type: 'problem',
  problem: {
    code: 'BAD_USER_INPUT',
    message: `The tokenizer's secure frames speak version ${protocolVersion} of the protocol, the app's SDK another. Update the older one.`,
  },
} as const;
