import { context, propagation, trace } from '@opentelemetry/api';

export interface Tracing {
  /** Sends what is left. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Sends traces to a collector by OTLP over HTTP, for the whole process. `endpoint`: the full address for traces; without
 * it, and for all else (headers, sampling, name of the service), the `OTEL_…` variables of the OpenTelemetry
 * specification count. Undefined when nobody asked for traces: then nothing of the SDK is loaded.
 */
export async function startTracing(
  endpoint: string | undefined,
  environment: Record<string, string | undefined>,
): Promise<Tracing | undefined> {
  const isAsked =
    endpoint !== undefined ||
    Boolean(environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) ||
    Boolean(environment.OTEL_EXPORTER_OTLP_ENDPOINT);
  if (!isAsked || environment.OTEL_SDK_DISABLED === 'true') return undefined;
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, resources, core] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/core'),
    ]);
  const provider = new NodeTracerProvider({
    resource: resources
      .defaultResource()
      .merge(resources.resourceFromAttributes({ 'service.name': 'lunasec-tokenizer' }))
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter(endpoint === undefined ? {} : { url: endpoint })),
    ],
  });
  // Baggage, which is free text of callers, is not passed on.
  provider.register({ propagator: new core.W3CTraceContextPropagator() });
  return {
    async stop() {
      await provider.shutdown().catch(() => undefined);
      for (const api of [trace, context, propagation]) api.disable();
    },
  };
}
