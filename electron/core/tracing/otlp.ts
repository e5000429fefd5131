import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import { isObject, type JsonObject } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { readTraceparent } from '../trace-context.ts'
import type { Span, Traced } from '../tracer.ts'
import { attributesOf, failureOf, nameOf, type Attributes } from './attributes.ts'
import { samplerIn } from './sampler.ts'
import type { Tracing, TracingOptions } from './options.ts'

/** How long the last spans may take to be delivered when we end. */
const GOODBYE_MS = 1_000
const EVERY_MS = 5_000
const SENDING_MS = 10_000
/** What is more while the collector is slow, or down, is left out. */
const MOST_WAITING = 2_048

/** Sends spans to a collector, by OTLP over HTTP, in batches and off the path of the calls. */
export function openOtlp(options: TracingOptions & { url: string }): Tracing {
  const { env, log, url, version } = options
  const timeoutMillis = positive(env.OTEL_EXPORTER_OTLP_TIMEOUT) ?? SENDING_MS
  const exporter = tellingOnce(new OTLPTraceExporter({ url, timeoutMillis }), log)
  const batches = new BatchSpanProcessor({
    exporter,
    exportTimeoutMillis: timeoutMillis,
    maxQueueSize: MOST_WAITING,
    scheduledDelayMillis: positive(env.OTEL_BSP_SCHEDULE_DELAY) ?? EVERY_MS,
  })
  const provider = new TracerProvider({
    resource: resourceOf(options),
    sampler: samplerIn(env),
    spanProcessors: [batches],
  })
  // A tracer of our own and not the one of the process: other libraries are not traced by the way.
  const tracer = provider.getTracer('metamcp', version)
  return {
    tracer: {
      begin(endpoint, request) {
        const attributes = { ...attributesOf(request), 'metamcp.endpoint': endpoint }
        const within = contextOf(request.params._meta)
        const all = { ...attributes, 'network.transport': 'tcp' }
        return openSpan(tracer, request, { kind: SpanKind.SERVER, attributes: all, within })
      },
    },
    async [Symbol.asyncDispose]() {
      const over = new AbortController()
      const told = provider.shutdown().catch(() => undefined)
      const late = delay(GOODBYE_MS, undefined, { signal: over.signal }).catch(() => undefined)
      await Promise.race([told, late])
      over.abort()
    },
  }
}

type Opening = { kind: SpanKind; attributes: Attributes; within: Context }

function openSpan(tracer: OtelTracer, request: Traced, { within, ...said }: Opening): Span {
  const span = tracer.startSpan(nameOf(request), said, within)
  return {
    carry: (params) => carried(span, params),
    ask(server, inner) {
      const attributes = {
        ...attributesOf(inner),
        'metamcp.server': server,
        'network.transport': inner.isProcess ? 'pipe' : 'tcp',
      }
      const context = trace.setSpan(ROOT_CONTEXT, span)
      return openSpan(tracer, inner, { kind: SpanKind.CLIENT, attributes, within: context })
    },
    end(how) {
      const failure = failureOf(how)
      if (failure) span.setAttributes(failure).setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}

/** The caller's span, if there is one to go on from. */
function contextOf(meta: unknown): Context {
  const said = isObject(meta) ? meta : {}
  const place = readTraceparent(said.traceparent)
  if (!place) return ROOT_CONTEXT
  const { traceId, spanId, flags } = place
  const { tracestate } = said
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...{ traceId, spanId, traceFlags: flags & 1, isRemote: true },
    ...(typeof tracestate === 'string' && { traceState: createTraceState(tracestate) }),
  })
}

function carried(span: OtelSpan, params: JsonObject): JsonObject {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  // Of a trace that was begun here, whatever stood there tells nothing.
  const { tracestate: _, ...meta } = isObject(params._meta) ? params._meta : {}
  const state = traceState?.serialize()
  const flags = traceFlags.toString(16).padStart(2, '0')
  const traceparent = `00-${traceId}-${spanId}-${flags}`
  return { ...params, _meta: { ...meta, traceparent, ...(state && { tracestate: state }) } }
}

/** The log is told when the collector cannot be reached, and when it can again, once each. */
function tellingOnce(inner: SpanExporter, log: Logger): SpanExporter {
  let isLost = false
  return {
    export(spans: ReadableSpan[], done) {
      inner.export(spans, (result) => {
        const { error } = result
        if (error && !isLost) {
          log.warn({ error: messageOf(error) }, 'traces could not be delivered: they are left out')
        } else if (!error && isLost) log.info({}, 'traces are delivered again')
        isLost = error !== undefined
        done(result)
      })
    },
    shutdown: () => inner.shutdown(),
  }
}

function resourceOf({ env, version, replica }: TracingOptions): Resource {
  return resourceFromAttributes({
    'service.name': 'metamcp',
    'service.version': version,
    'service.instance.id': replica,
    ...pairsIn(env.OTEL_RESOURCE_ATTRIBUTES ?? ''),
    ...(env.OTEL_SERVICE_NAME && { 'service.name': env.OTEL_SERVICE_NAME }),
  })
}

/** `name=value,…`, percent-encoded (OpenTelemetry, "Resource SDK"). */
function pairsIn(text: string): Record<string, string> {
  try {
    const pairs = text.split(',').flatMap((pair) => {
      const [name = '', ...rest] = pair.split('=')
      return rest.length === 0 ? [] : [[name.trim(), decodeURIComponent(rest.join('=').trim())]]
    })
    return Object.fromEntries(pairs) as Record<string, string>
  } catch {
    return {}
  }
}

function positive(text: string | undefined): number | null {
  const number = Number(text ?? '')
  return Number.isFinite(number) && number > 0 ? number : null
}
