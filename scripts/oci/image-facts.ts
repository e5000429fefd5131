import { z } from 'zod'

/** What an image says of itself. */
export type ImageFacts = {
  entrypoint: string[]
  command: string[]
  environment: string[]
  user: string
  workingDir: string
  volumes: string[]
  /** The program of its HEALTHCHECK; empty without one. */
  healthcheck: string[]
  /** All files together, not compressed. */
  bytes: number
}

const words = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? [])
const settings = z.object({
  Entrypoint: words,
  Cmd: words,
  Env: words,
  User: z.string().default(''),
  WorkingDir: z.string().default('/'),
  Volumes: z.record(z.string(), z.unknown()).nullish(),
  Healthcheck: z.object({ Test: words }).nullish(),
})
const dockerInspect = z.tuple([z.object({ Config: settings, Size: z.number() })])
const buildahInspect = z.object({ Docker: z.object({ config: settings }) })

/** Reads what `docker image inspect` prints. */
export function dockerFacts(json: string): ImageFacts {
  const [{ Config, Size }] = dockerInspect.parse(JSON.parse(json))
  return { ...factsOf(Config), bytes: Size }
}

/** Reads what `buildah inspect --type image` prints, which does not tell the size. */
export function buildahFacts(json: string, bytes: number): ImageFacts {
  return { ...factsOf(buildahInspect.parse(JSON.parse(json)).Docker.config), bytes }
}

function factsOf(config: z.infer<typeof settings>): Omit<ImageFacts, 'bytes'> {
  const [kind, ...test] = config.Healthcheck?.Test ?? []
  return {
    entrypoint: config.Entrypoint,
    command: config.Cmd,
    environment: config.Env,
    user: config.User,
    workingDir: config.WorkingDir,
    volumes: Object.keys(config.Volumes ?? {}),
    healthcheck: kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...test] : kind === 'CMD' ? test : [],
  }
}
