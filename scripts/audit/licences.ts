import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
// @ts-expect-error: the package has no types.
import untyped from 'spdx-satisfies'

/** Whether an expression can be satisfied with these licences; throws where it is none of SPDX. */
const satisfies = untyped as (expression: string, licences: readonly string[]) => boolean

/** Licences that a dependency may have, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  MIT: 'asks for its notice',
  'MIT-0': 'asks for nothing',
  ISC: 'asks for its notice',
  '0BSD': 'asks for nothing',
  'BSD-2-Clause': 'asks for its notice',
  'BSD-3-Clause': 'asks for its notice',
  'Apache-2.0': 'asks for its notice, and grants patents',
  'BlueOak-1.0.0': 'asks for its notice',
  Zlib: 'asks not to be misrepresented',
  'Python-2.0': 'asks for its notice',
  Unlicense: 'asks for nothing',
  WTFPL: 'asks for nothing',
  'CC0-1.0': 'asks for nothing',
  'CC-BY-3.0': 'data alone, which asks for its source to be named',
  'CC-BY-4.0': 'data alone, which asks for its source to be named',
  'OFL-1.1': 'fonts, which may be shipped with any program',
  'MPL-2.0': 'binds its own files alone, which we use as they are',
}

/** Packages whose manifest sends one to a file, and what is said there or in the README. */
const READ_BY_HAND: Readonly<Record<string, string>> = {
  '@modelcontextprotocol/inspector': 'MIT AND Apache-2.0',
  '@modelcontextprotocol/server-everything': 'MIT AND Apache-2.0',
  '@modelcontextprotocol/server-filesystem': 'MIT AND Apache-2.0',
  '@modelcontextprotocol/server-memory': 'MIT AND Apache-2.0',
}

export type Licence = {
  name: string
  version: string
  /** As SPDX writes it; `null` where nothing is said. */
  licence: string | null
  /** Why it may be used; `null` where it may not. */
  reason: string | null
}

type LockedPackage = { version?: string; license?: unknown; link?: boolean }

/** The licence of each package in the lock file of a folder, installed or not; by name. */
export function licencesIn(folder: string): Licence[] {
  const text = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> }
  return Object.entries(packages)
    .filter(([path, { link }]) => path !== '' && !link)
    .map(([path, { version = '', license }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      const said = textOf(license) ?? installedLicence(join(folder, path))
      const licence = said?.startsWith('SEE LICENSE') ? (READ_BY_HAND[name] ?? said) : said
      return { name, version, licence, reason: reasonFor(licence) }
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** Why a licence may be used; `null` where it may not, or is not one. */
export function reasonFor(licence: string | null): string | null {
  if (licence === null) return null
  try {
    const names = Object.keys(ALLOWED)
    if (!satisfies(licence, names)) return null
    return Object.hasOwn(ALLOWED, licence)
      ? (ALLOWED[licence] ?? null)
      : 'each part of it may be used'
  } catch {
    return null
  }
}

/** Older manifests have `{ type }`, or several of them, of which one may choose. */
function textOf(license: unknown): string | null {
  if (typeof license === 'string' && license !== '') return license
  if (Array.isArray(license)) {
    const names = license.map(textOf).filter((name) => name !== null)
    return names.length > 0 ? `(${names.join(' OR ')})` : null
  }
  if (typeof license !== 'object' || license === null || !('type' in license)) return null
  return textOf(license.type)
}

function installedLicence(folder: string): string | null {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return null
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  return textOf(manifest.license) ?? textOf(manifest.licenses)
}
