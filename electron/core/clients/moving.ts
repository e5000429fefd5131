import { messageOf } from '../errors.ts'
import { fingerprintOf, replaceFile } from './disk.ts'
import { edited } from './files/edit.ts'
import { lookAtClient } from './look.ts'
import { moved, ownTarget } from './ours.ts'
import { knownClient } from './parts.ts'
import type { Work } from './written.ts'

/** What became of clients that led to the address we had before. */
export type Followed = {
  /** Names of those that lead here again. */
  moved: string[]
  /** Those whose file could not be written, with why. */
  left: { name: string; reason: string }[]
}

/** All that we wrote into, also where a person has changed since where it leads. */
export async function rewriteAddresses(work: Work): Promise<string[]> {
  const rewritten: string[] = []
  for (const clientId of clientsIn(work)) {
    if (await rewriteAddress(work, clientId)) rewritten.push(clientId)
  }
  if (rewritten.length > 0) work.parts.changed()
  return rewritten
}

/**
 * Nobody is asked, so only entries count that still lead where we wrote that they do: another
 * MetaMCP of this person may have put its own in their place. One client does not hold up the next.
 */
export async function followAddress(work: Work): Promise<Followed> {
  const { parts, log } = work
  const followed: Followed = { moved: [], left: [] }
  for (const clientId of parts.machine ? clientsIn(work) : []) {
    const address = log.last(clientId)?.address
    if (address === undefined || address === parts.url) continue
    try {
      const { name } = knownClient(clientId)
      if (await rewriteAddress(work, clientId, address)) followed.moved.push(name)
    } catch (error) {
      followed.left.push({ name: clientId, reason: messageOf(error) })
    }
  }
  if (followed.moved.length > 0) parts.changed()
  return followed
}

function clientsIn({ log }: Work): string[] {
  return [...new Set(log.all().map(({ clientId }) => clientId))]
}

/** Whether there was something to correct; with `from`, only an entry that leads to that address. */
async function rewriteAddress(
  { parts, log }: Work,
  clientId: string,
  from?: string,
): Promise<boolean> {
  const last = log.last(clientId)
  const look = await lookAtClient(parts, clientId)
  const own = look.entries.find(({ name }) => name === last?.entry)
  const target = own && ownTarget(own.name, own.value, parts.url)
  if (!last || last.kind !== 'connect' || !look.file || look.problem) return false
  if (!own || target?.kind !== 'elsewhere' || target.url === null) return false
  const { url } = target
  if (from !== undefined && !url.startsWith(`${from}/`)) return false
  const replaced = Object.entries(own.value).map(([field, content]: [string, unknown]) => {
    return [field, content === url ? moved(url, parts.url) : content]
  })
  const put = { name: own.name, value: Object.fromEntries(replaced) as object }
  const bytes = Buffer.from(edited(look.file.text, look.client, { put }))
  await replaceFile(look.path, bytes, look.file.fingerprint)
  // What was there before we came stays what an undo brings back, if nobody else wrote since.
  const isOurs = look.file.fingerprint === last.after
  const after = isOurs ? fingerprintOf(bytes) : last.after
  await log.replace({ ...last, after, address: parts.url })
  return true
}
