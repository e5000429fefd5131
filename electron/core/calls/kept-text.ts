import { isRawJson } from '../json.ts'
import { isObject } from '../json-rpc.ts'
import type { KeptPayload } from '../kept-payload.ts'
import { openRedaction } from '../redaction.ts'
import { HIDDEN_SECRET, hideNamed, isSecretField } from './named-secrets.ts'

/** So much more is looked at than is kept: what is hidden must not be cut in two before. */
const MARGIN = 1_000
const DEEPEST = 40
const CUT = '…'
type Hide = (text: string) => string
type Room = { left: number; isCut: boolean }

const hideSecrets = openRedaction(['secrets'], [])

/** A value as JSON, without what must not be read, and cut to what is kept of it. */
export function keptText(value: unknown, kept: KeptPayload): string | null {
  if (value === undefined) return null
  const { maxCharacters, redactions } = kept
  const hide: Hide = (text) =>
    redactions.reduce((all, one) => one(all), hideNamed(hideSecrets(text)))
  const room: Room = { left: maxCharacters + MARGIN, isCut: false }
  const text = JSON.stringify(copyOf(value, { hide, room, depth: 0 })) as string | undefined
  if (text === undefined) return null
  if (text.length > maxCharacters) return text.slice(0, maxCharacters) + CUT
  return room.isCut ? text + CUT : text
}

type Way = { hide: Hide; room: Room; depth: number }

/** A copy that holds no more than there is room for. */
function copyOf(value: unknown, way: Way): unknown {
  const { room, hide, depth } = way
  if (typeof value === 'string') return hide(taken(value, room))
  if (typeof value !== 'object' || value === null || isRawJson(value)) {
    room.left -= 8
    return value
  }
  if (depth > DEEPEST) {
    room.isCut = true
    return CUT
  }
  const inner = { ...way, depth: depth + 1 }
  if (Array.isArray(value)) return within(value, room).map((one) => copyOf(one, inner))
  if (!isObject(value)) return null
  const entries = within(Object.keys(value), room).map((key) => {
    const field = value[key]
    const shown = isSecretField(key, field) ? HIDDEN_SECRET : copyOf(field, inner)
    return [hide(taken(key, room)), shown] as const
  })
  return Object.fromEntries(entries)
}

/** As much of a text as there is room for. */
function taken(text: string, room: Room): string {
  const part = text.slice(0, Math.max(0, room.left))
  if (part.length < text.length) room.isCut = true
  room.left -= part.length + 4
  return part
}

/** No more things than there can be room for. */
function within<T>(things: readonly T[], room: Room): readonly T[] {
  const most = Math.max(0, Math.ceil(room.left / 2))
  if (things.length > most) room.isCut = true
  room.left -= Math.min(things.length, most)
  return things.slice(0, most)
}
