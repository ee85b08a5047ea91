import type { MiddlewareFn } from 'type-graphql';
import { AttributedRefusal } from '../services/problems.js';
import type { RequestContext } from './context.js';
import { refusalOf } from './errors.js';

/**
 * Writes root fields that were refused, or failed, as a whole to the audit: of whom the caller proved to be, and
 * otherwise of nobody.
 */
export const auditRefusals: MiddlewareFn<RequestContext> = async ({ context, info }, next) => {
  try {
    return (await next()) as unknown;
  } catch (error) {
    const code = refusalOf(error)?.code ?? 'UNAVAILABLE';
    const caller = context.knownCaller();
    await context.audit.recordRefusal({
      action: info.fieldName,
      code,
      requestId: context.requestId,
      applicationId: caller && caller.kind !== 'anonymous' ? caller.application.id : null,
      sessionId: caller?.kind === 'frame' ? caller.sessionId : null,
      token: null,
      ...(error instanceof AttributedRefusal ? error.subject : {}),
    });
    throw error;
  }
};
