import { createHash } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Server } from '../../../../shared/server.ts'
import { AppError } from '../../errors.ts'
import type { Definition, Draft, Values } from '../draft.ts'
import { checkValues } from '../holes.ts'
import { nameOfPackage } from '../names.ts'
import { readManifestText, unpack } from './archive.ts'
import { launchOf, neededBy, readManifest, type Launch, type Manifest } from './manifest.ts'

export type BundlesOptions = {
  /** Where bundles are unpacked, each in a folder of its own. */
  folder: string
  platform: string
  env: Record<string, string | undefined>
}

/** Servers that come as one file: `.mcpb`, or `.dxt` as it was called before. */
export interface Bundles {
  /** Nothing is unpacked before the server is added. Throws AppError `invalid`. */
  read(bytes: Uint8Array): Draft
  /** Deletes what no server uses any more. */
  sweep(servers: readonly Server[]): Promise<void>
}

export function openBundles({ folder, platform, env }: BundlesOptions): Bundles {
  return {
    read(bytes) {
      const manifest = readManifest(readManifestText(bytes))
      refuseOtherPlatform(manifest, platform)
      const launch = launchOf(manifest, platform)
      const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
      const home = join(folder, `${nameOfPackage(manifest.name)}-${hash}`)
      const needs = neededBy(manifest)
      const standards = Object.fromEntries(needs.map((need) => [need.id, need.default ?? '']))
      const names = Object.fromEntries(
        needs.map((need) => [need.id, need.default ?? (need.required ? `‹${need.name}›` : '')]),
      )
      const context = { home, env, isWindows: platform === 'win32' }
      return {
        name: nameOfPackage(manifest.name),
        description: manifest.description.slice(0, 2_000),
        ...{ needs, notes: [] },
        shown: fill(launch, { ...context, values: names }),
        async build(values) {
          checkValues(needs, values)
          if (!(await isFolder(home))) {
            await unpack(bytes, { folder: home, programs: programsOf(manifest, launch) })
          }
          return fill(launch, { ...context, values: { ...standards, ...values } })
        },
      }
    },
    async sweep(servers) {
      const used = JSON.stringify(servers.map((server) => ('args' in server ? server : null)))
      const found = await readdir(folder).catch(() => [])
      const unused = found.filter((name) => !used.includes(name))
      for (const name of unused) await rm(join(folder, name), { recursive: true, force: true })
    },
  }
}

type Context = {
  home: string
  env: Record<string, string | undefined>
  isWindows: boolean
  values: Values
}

/** What a bundle calls its own folder, the person's folders, and what was filled in. */
function fill({ command, args, env }: Launch, context: Context): Definition {
  const replace = (text: string) =>
    text.replaceAll(/\$\{([\w/.-]+)\}/g, (whole, name: string) => valueOf(name, context) ?? whole)
  const variables = Object.entries(env)
    .map(([name, text]) => [name, replace(text)] as const)
    // One that was left empty is not set, as if it were not there.
    .filter(([name, text]) => text !== '' || env[name] === '')
  return {
    type: 'STDIO',
    command: replace(command),
    args: args.flatMap((text) => wholeValues(text, context) ?? [replace(text)]),
    env: Object.fromEntries(variables),
  }
}

/** An argument that is nothing but a value: each line of it is one, and none is none. */
function wholeValues(text: string, { values }: Context): string[] | null {
  const id = /^\$\{user_config\.([\w.-]+)\}$/.exec(text)?.[1]
  if (id === undefined) return null
  return (values[id] ?? '').split('\n').filter((value) => value !== '')
}

function valueOf(name: string, { home, env, isWindows, values }: Context): string | undefined {
  if (name.startsWith('user_config.')) return values[name.slice('user_config.'.length)] ?? ''
  const person = env.HOME ?? env.USERPROFILE ?? ''
  const folders: Record<string, string> = {
    __dirname: home,
    HOME: person,
    DESKTOP: join(person, 'Desktop'),
    DOCUMENTS: join(person, 'Documents'),
    DOWNLOADS: join(person, 'Downloads'),
    '/': isWindows ? '\\' : '/',
    pathSeparator: isWindows ? '\\' : '/',
  }
  return Object.hasOwn(folders, name) ? folders[name] : undefined
}

function programsOf({ server }: Manifest, { command }: Launch): string[] {
  const own = /^\$\{__dirname\}[\\/](.+)$/.exec(command)?.[1]
  return [own, server.type === 'binary' ? server.entry_point : undefined]
    .filter((name) => name !== undefined)
    .map((name) => name.replaceAll('\\', '/').replace(/^\.\//, ''))
}

function refuseOtherPlatform({ name, compatibility }: Manifest, platform: string): void {
  const { platforms } = compatibility ?? {}
  if (!platforms || platforms.length === 0 || platforms.includes(platform)) return
  const list = platforms.map((one) => PLATFORMS[one] ?? one).join(' and ')
  throw new AppError('invalid', `"${name}" runs on ${list} only.`)
}

const PLATFORMS: Record<string, string> = { darwin: 'macOS', win32: 'Windows', linux: 'Linux' }

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
