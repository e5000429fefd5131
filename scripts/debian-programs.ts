import { readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installPackage, isFile, thisMachine, type Machine } from './debian-package.ts'

/** Where Debian puts the programs of each version, which are in nobody's PATH. */
const POSTGRES = 'usr/lib/postgresql'

/**
 * The folder of PostgreSQL's `initdb` and `postgres`, installed first if this is a Debian or Ubuntu
 * and we are root. Rejects with a sentence that says how to get them.
 */
export async function findPostgres(machine: Machine = thisMachine()): Promise<string> {
  const found = postgresFolder(machine)
  if (found) return found
  await installPackage(machine, 'postgresql', 'the tests of several replicas')
  const installed = postgresFolder(machine)
  if (installed) return installed
  throw new Error('No PostgreSQL was found: install one, or put its initdb and postgres in PATH.')
}

/** The path of nginx, found or installed in the same way. */
export async function findNginx(machine: Machine = thisMachine()): Promise<string> {
  const folders = [...inPath(machine), join(machine.root, 'usr/sbin')]
  const find = () => folders.map((folder) => join(folder, 'nginx')).find(isFile)
  const found = find()
  if (found) return found
  await installPackage(machine, 'nginx', 'the tests of several replicas')
  const installed = find()
  if (installed) return installed
  throw new Error('No nginx was found: install one, or put it in PATH.')
}

function postgresFolder(machine: Machine): string | undefined {
  const top = join(machine.root, POSTGRES)
  const versions = foldersIn(top).toSorted((a, b) => Number(b) - Number(a))
  const folders = [...inPath(machine), ...versions.map((version) => join(top, version, 'bin'))]
  // All of one version: a lone `postgres` may be a link to that of another folder.
  return folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => isFile(join(folder, name))),
  )
}

function inPath({ env }: Machine): string[] {
  return (env.PATH ?? '').split(delimiter).filter(Boolean)
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
