import type { Machine } from '../machine.ts'
import { stat } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import { KNOWN_CLIENTS } from './catalogue/index.ts'
import type { KnownClient } from './catalogue/kinds.ts'
import { isThere, LockedFile, readClientFile, type ReadFile } from './disk.ts'
import { entriesOf } from './files/edit.ts'
import type { Entry } from './files/format.ts'
import { BrokenFile } from './files/text.ts'
import { filesOf, shownPath, signsOf } from './machine.ts'
import { knownClient, machineOf, type AiClientsParts } from './parts.ts'

/** A client as it is found on this machine now. */
export type Look = {
  client: KnownClient
  /** The file it reads, or would. */
  path: string
  shown: string
  isInstalled: boolean
  /** `null` when there is none, or when it could not be read. */
  file: ReadFile | null
  entries: Entry[]
  problem: { kind: 'broken' | 'locked'; line: number | null; reason: string } | null
}

/** `null` for a client that does not exist for this system. */
async function lookAt(client: KnownClient, machine: Machine): Promise<Look | null> {
  const files = filesOf(client, machine)
  const [first] = files
  if (first === undefined) return null
  const there = await Promise.all(files.map(isThere))
  const path = files[there.indexOf(true)] ?? first
  const signs = await Promise.all(signsOf(client, machine).map(isThere))
  const base = { client, path, shown: shownPath(path, machine) }
  const isInstalled = there.includes(true) || signs.includes(true)
  const look: Look = { ...base, isInstalled, file: null, entries: [], problem: null }
  if (!there.includes(true)) return look
  try {
    look.file = await readClientFile(path)
    if (look.file) look.entries = entriesOf(look.file.text, client)
  } catch (error) {
    if (error instanceof LockedFile) {
      look.problem = { kind: 'locked', line: null, reason: error.message }
    } else if (error instanceof BrokenFile) {
      look.problem = { kind: 'broken', line: error.line, reason: error.reason }
    } else throw error
  }
  return look
}

/** A client of this machine, as its file is now. */
export async function lookAtClient(parts: AiClientsParts, clientId: string): Promise<Look> {
  const client = knownClient(clientId)
  const look = await lookAt(client, machineOf(parts))
  if (look) return look
  throw new AppError('not-found', `There is no ${client.name} for this system.`)
}

/** A look without the file's content: that of one client can be many megabytes. */
export type Glance = Omit<Look, 'file'> & {
  file: Pick<ReadFile, 'fingerprint' | 'changedAt'> | null
}

/** What was read last, by path, for as long as the file is the same. */
export type Glances = Map<string, { stamp: string; glance: Glance }>

/** Every client there is for this system, in the order of the catalogue; reads what has changed. */
export async function lookAtAll(machine: Machine, known: Glances = new Map()): Promise<Glance[]> {
  const glances = await Promise.all(
    KNOWN_CLIENTS.map(async (client) => {
      const stamp = await stampOf([...filesOf(client, machine), ...signsOf(client, machine)])
      const last = known.get(client.id)
      if (last?.stamp === stamp) return last.glance
      const look = await lookAt(client, machine)
      if (!look) return null
      const { file } = look
      const facts = file && { fingerprint: file.fingerprint, changedAt: file.changedAt }
      const glance = { ...look, file: facts }
      known.set(client.id, { stamp, glance })
      return glance
    }),
  )
  return glances.filter((glance) => glance !== null)
}

/** Different after any change of a file, its rights, or what is there at all. */
async function stampOf(paths: string[]): Promise<string> {
  const stamps = await Promise.all(
    paths.map((path) =>
      stat(path, { bigint: true }).then(
        ({ ino, size, mtimeNs, ctimeNs }) => [ino, size, mtimeNs, ctimeNs].join(' '),
        () => '-',
      ),
    ),
  )
  return stamps.join()
}
