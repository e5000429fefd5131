import type { Row } from '../db/definitions.ts'

/** Turns a text that was sealed in a context into one that is sealed anew. */
export type Turn = (sealed: string, context: string) => string

type Place = { key: string; turn: (row: Row, turn: Turn) => Row }

/** Every place of the store where something is sealed, by its table; `key` is the primary key. */
export const SEALED_PLACES: Readonly<Record<string, Place>> = {
  servers: {
    key: 'id',
    turn: (row, turn) => ({ ...row, secrets: mapped(row.secrets, turn, `server:${row.id}`) }),
  },
  sign_ins: {
    key: 'server_id',
    turn: (row, turn) => ({ ...row, sealed: mapped(row.sealed, turn, `sign-in:${row.server_id}`) }),
  },
  settings: { key: 'key', turn: turnSetting },
  removals: {
    key: 'id',
    turn: (row, turn) => ({
      ...row,
      farewell: mapped(row.farewell, turn, `removal:${row.id}`),
      rows: JSON.stringify(turnRemoved(row.rows, turn)),
    }),
  },
}

type SealedSettings = {
  sealed?: string
  sealedSecret?: string
  providers?: { id: string; sealedClientSecret: string | null }[]
}

function turnSetting(row: Row, turn: Turn): Row {
  if (row.key !== 'secret-check' && row.key !== 'accounts') return row
  const value = JSON.parse(row.value ?? '{}') as SealedSettings
  if (value.sealed) value.sealed = turn(value.sealed, 'secret-check')
  if (value.sealedSecret) value.sealedSecret = turn(value.sealedSecret, 'accounts:secret')
  for (const provider of value.providers ?? []) {
    const context = `provider:${provider.id}`
    provider.sealedClientSecret = mapped(provider.sealedClientSecret, turn, context)
  }
  return { ...row, value: JSON.stringify(value) }
}

/** What was removed is kept as the rows it had. */
function turnRemoved(text: string | null | undefined, turn: Turn): Record<string, Row[]> {
  const tables = JSON.parse(text ?? '{}') as Record<string, Row[]>
  const turned = Object.entries(tables).map(([table, rows]): [string, Row[]] => {
    const place = Object.hasOwn(SEALED_PLACES, table) ? SEALED_PLACES[table] : undefined
    return [table, place ? rows.map((row) => place.turn(row, turn)) : rows]
  })
  return Object.fromEntries(turned)
}

function mapped(text: string | null | undefined, turn: Turn, context: string): string | null {
  return text ? turn(text, context) : null
}
