import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { AuditEvent } from '../../stores/token-store/port.js';

/** Names what is hashed and how; another encoding needs another name. */
const version = 'lunasec-audit-1';

/**
 * HMAC-SHA-256 (RFC 2104), base64url, of the version, the hash of the event before in the chain (empty for the first)
 * and every field of the event. They are encoded as one JSON array of texts, integers and nulls in the form of
 * RFC 8785, so that no two events share an encoding.
 */
export function hashOf(event: Omit<AuditEvent, 'hash'>, previous: string, key: KeyObject): string {
  const { chain, number, id, at, instance, applicationId, sessionId, requestId } = event;
  const { action, token, outcome, code, details } = event;
  return createHmac('sha256', key)
    .update(
      JSON.stringify([
        version,
        previous,
        chain,
        number,
        id,
        at.toISOString(),
        instance,
        applicationId,
        sessionId,
        requestId,
        action,
        token,
        outcome,
        code,
        details,
      ]),
    )
    .digest('base64url');
}
