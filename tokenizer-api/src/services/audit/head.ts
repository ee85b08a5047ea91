import type { AuditEvent } from '../../stores/token-store/port.js';

/** A place in a chain together with the hash of its event, which vouches for everything up to it. */
export type Head = Pick<AuditEvent, 'chain' | 'number' | 'hash'>;

const pattern =
  /\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([1-9]\d{0,14}):([A-Za-z0-9_-]{43})(?![\w-])/g;

/** `<chain>:<number>:<hash>`. */
export const formatHead = ({ chain, number, hash }: Head): string => `${chain}:${number}:${hash}`;

/** Every head in a text, such as a list or a log. */
export const parseHeads = (text: string): Head[] =>
  Array.from(text.matchAll(pattern), ([, chain, number, hash]) => ({
    chain: chain!,
    number: Number(number),
    hash: hash!,
  }));
