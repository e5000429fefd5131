import type { Machine } from '../machine.ts'
import { KNOWN_CLIENTS } from './catalogue/index.ts'
import type { KnownClient } from './catalogue/kinds.ts'
import { isThere, LockedFile, readClientFile, type ReadFile } from './disk.ts'
import { entriesOf } from './files/edit.ts'
import type { Entry } from './files/format.ts'
import { BrokenFile } from './files/text.ts'
import { filesOf, shownPath, signsOf } from './machine.ts'

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
export async function lookAt(client: KnownClient, machine: Machine): Promise<Look | null> {
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

/** Every client there is for this system, in the order of the catalogue. */
export async function lookAtAll(machine: Machine): Promise<Look[]> {
  const looks = await Promise.all(KNOWN_CLIENTS.map((client) => lookAt(client, machine)))
  return looks.filter((look) => look !== null)
}
