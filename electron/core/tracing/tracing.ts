import type { Tracing, TracingOptions } from './options.ts'

/**
 * `null` unless OTEL_EXPORTER_OTLP_ENDPOINT, or that of traces alone, names a collector: then what
 * speaks with it is not even loaded.
 */
export async function openTracing(options: TracingOptions): Promise<Tracing | null> {
  const { env, log } = options
  const url = collectorIn(env)
  if (url === null) return null
  if (!URL.canParse(url)) {
    log.warn({}, 'OTEL_EXPORTER_OTLP_ENDPOINT is no address: calls are not traced')
    return null
  }
  const { openOtlp } = await import('./otlp.ts')
  return openOtlp({ ...options, url })
}

/** As OpenTelemetry's "OTLP Exporter Configuration" has it. */
function collectorIn(env: TracingOptions['env']): string | null {
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true'
  if (isOff || env.OTEL_TRACES_EXPORTER === 'none') return null
  if (env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT
  return base ? `${base.replace(/\/$/, '')}/v1/traces` : null
}
