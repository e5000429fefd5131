import { join, resolve } from 'node:path'
import { env, getuid, platform, stderr, stdout } from 'node:process'
import { installPackage, isFile, thisMachine } from '../debian-package.ts'
import { findNpm, makeBaseImage } from './base-image.ts'
import { openBuildah } from './buildah.ts'
import { openBuildahEngine } from './buildah-engine.ts'
import { chooseEngine, dockerReason, PROGRAMS, type Choice, type Found } from './choose-engine.ts'
import { openDocker } from './docker-engine.ts'
import type { Engine } from './engine.ts'
import { runProgram } from './run-program.ts'
import { liveOnItsVolume } from './story.ts'

const root = resolve(import.meta.dirname, '../..')
const dockerfile = join(root, 'resources/docker/Dockerfile')
/** The image to begin with, and nothing else, is kept between runs. */
const STORAGE = join(root, 'node_modules/.cache/metamcp/oci')
const USE = 'building the image'

const USAGE = `npm run image:verify: builds the image, and runs it as resources/docker/compose.yaml does.

  -- --build-arg NAME=VALUE   an argument of the Dockerfile, as often as wanted

It takes docker where an engine answers. Else, as root on Debian or Ubuntu, it takes buildah and an
image that it makes itself to begin with. What it makes is removed at the end.`

/** Builds the image, runs a client against it, and tells what was found. Returns the exit code. */
export async function verifyImage(args: string[]): Promise<number> {
  const buildArgs = readBuildArgs(args)
  if (buildArgs === null) {
    tell(USAGE)
    return args.includes('--help') ? 0 : 1
  }
  const startedAt = performance.now()
  const stopped = whenStopped()
  try {
    const choice = chooseEngine(await lookAround())
    if (choice.kind === 'none') throw new Error(choice.sentence)
    await using engine = await openEngine(choice, buildArgs)
    const story = liveOnItsVolume(engine, report, uvOf(buildArgs))
    const checks = await Promise.race([story, stopped])
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
    report(`\nThe image is fine: ${checks} checks with ${engine.title}, ${seconds} s in all.`)
    return 0
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error))
    return 1
  }
}

/** `null` where there is anything else among them. */
export function readBuildArgs(args: string[]): string[] | null {
  const given: string[] = []
  for (let at = 0; at < args.length; at += 2) {
    const [name, value] = [args[at], args[at + 1]]
    if (name !== '--build-arg' || !value?.includes('=')) return null
    given.push(value)
  }
  return given
}

/** The version of uv among them, if any. */
export function uvOf(buildArgs: string[]): string | null {
  const given = buildArgs.findLast((arg) => arg.startsWith('UV='))
  return given?.slice('UV='.length) || null
}

async function openEngine(
  choice: Exclude<Choice, { kind: 'none' }>,
  buildArgs: string[],
): Promise<Engine> {
  if (choice.kind === 'docker') return openDocker({ root, dockerfile, buildArgs })
  tell(`Taking buildah: ${choice.because}.`)
  for (const name of choice.install) await installPackage(thisMachine(), name, USE)
  const missing = choice.install.find((name) => findProgram(name) === null)
  if (missing) throw new Error(`${missing} could not be installed; the reason is above.`)
  const npm = await findNpm(env)
  if (npm === null) throw new Error('No npm was found: run this by "npm run image:verify".')
  const buildah = openBuildah(STORAGE)
  const certificates = env.NODE_EXTRA_CA_CERTS
  const base = await makeBaseImage({ buildah, npm, certificates, tell })
  return openBuildahEngine({ buildah, root, dockerfile, buildArgs, base })
}

/** Rejects once we are told to stop: then what was made is removed, as after anything that fails. */
function whenStopped(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => reject(new Error('Stopped.')))
  }
  return promise
}

async function lookAround(): Promise<Found> {
  const programs = new Set(PROGRAMS.filter((name) => findProgram(name) !== null))
  const hasApt = findProgram('apt-get') !== null
  return { docker: await askDocker(), platform, uid: getuid?.(), hasApt, programs }
}

async function askDocker(): Promise<Found['docker']> {
  if (findProgram('docker') === null) return null
  // Without an engine some versions end with code 0 all the same, and print no version.
  const info = ['info', '--format', '{{.ServerVersion}}']
  const { code, stdout: version, stderr: said } = await runProgram('docker', info)
  if (code === 0 && /\d/.test(version)) return { answers: true }
  return { answers: false, reason: dockerReason(said) }
}

function findProgram(name: string): string | null {
  const folders = [...(env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find(isFile) ?? null
}

function report(line: string): void {
  stdout.write(`${line}\n`)
}

function tell(sentence: string): void {
  stderr.write(`${sentence}\n`)
}
