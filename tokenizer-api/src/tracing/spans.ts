import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span } from '@opentelemetry/api';
import type { IncomingHttpHeaders } from 'node:http';

const tracer = () => trace.getTracer('@lunasec/tokenizer-api');

/** The trace that a caller is in, by its `traceparent` header (W3C Trace Context), if tracing is on. */
export const traceOf = (headers: IncomingHttpHeaders): Context => propagation.extract(ROOT_CONTEXT, headers);

/** Does something as a span of a caller's trace, or of a new one. */
export const inServerSpan = <T>(
  parent: Context,
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
): Promise<T> =>
  tracer().startActiveSpan(name, { kind: SpanKind.SERVER, attributes }, parent, (span) => finish(span, work));

/** Does something as a part of the span that is going on; without one it leaves no trace. */
export const inChildSpan = <T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> =>
  trace.getSpan(context.active()) === undefined
    ? work()
    : tracer().startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, (span) => finish(span, work));

/** Of a failure only that it was one is told: messages of drivers may hold what nobody else should read. */
async function finish<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    const { code } = error as { code?: unknown };
    if (typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code)) span.setAttribute('error.type', code);
    throw error;
  } finally {
    span.end();
  }
}
