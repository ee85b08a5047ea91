import { z } from 'zod';
import type { AuditEvent } from '../../stores/token-store/port.js';
import { parseDetails } from './details.js';

const text = z.string();
const lineSchema = z.strictObject({
  id: text,
  at: z.iso.datetime({ precision: 3 }).transform((at) => new Date(at)),
  applicationId: text.nullable(),
  sessionId: text.nullable(),
  requestId: text.nullable(),
  action: text,
  token: text.nullable(),
  outcome: z.enum(['ok', 'denied', 'failed']),
  code: text.nullable(),
  // Not a record of zod's, which leaves a name such as `__proto__` out: what is in a line is what is verified.
  details: z
    .custom<string | object | null>(
      (it) => typeof it === 'string' || (typeof it === 'object' && !Array.isArray(it)),
    )
    .transform((it) => (it === null || typeof it === 'string' ? it : JSON.stringify(it))),
  instance: text,
  chain: text,
  number: z.int().min(1),
  hash: text,
});

/** An event as one line of JSON, with every field in a fixed order. */
export function formatLine(event: AuditEvent): string {
  const { id, at, applicationId, sessionId, requestId, action, token, outcome, code } = event;
  const { instance, chain, number, hash } = event;
  const details = parseDetails(event.details);
  return JSON.stringify({
    id,
    at,
    applicationId,
    sessionId,
    requestId,
    action,
    token,
    outcome,
    code,
    // As a text when it is not what a tokenizer writes, so that the line is verified like the event.
    details: details && JSON.stringify(details) === event.details ? details : event.details,
    instance,
    chain,
    number,
    hash,
  });
}

/** The inverse of {@link formatLine}; undefined for anything else. */
export function parseLine(line: string): AuditEvent | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
