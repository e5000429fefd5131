import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace'

/** What is traced, by OTEL_TRACES_SAMPLER and its argument: all that its caller traces, without it. */
export function samplerIn(env: Record<string, string | undefined>): Sampler {
  const [, parent, name = ''] =
    /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(env.OTEL_TRACES_SAMPLER ?? '') ?? []
  const ratio = Number(env.OTEL_TRACES_SAMPLER_ARG ?? 1)
  const root =
    name === 'always_off'
      ? new AlwaysOffSampler()
      : name === 'traceidratio'
        ? new TraceIdRatioBasedSampler(ratio)
        : new AlwaysOnSampler()
  return parent !== undefined || name === '' ? new ParentBasedSampler({ root }) : root
}
