import { z } from 'zod'

/**
 * A server's name becomes the first half of every exposed name (`<server>__<tool>`), so it may not
 * hold the separator, nor end in half of it.
 */
const SERVER_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]|_(?!_))*$/

const NAME = /^[A-Za-z0-9_-]{1,64}$/

export const serverName = z
  .string()
  .max(32, 'must be at most 32 characters')
  .regex(
    SERVER_NAME,
    'must be letters, digits, "-" and single "_", and begin with a letter or digit',
  )
  .refine((name) => !name.endsWith('_'), 'must not end in "_"')

export const definitionName = z
  .string()
  .regex(NAME, 'must be 1 to 64 letters, digits, "_" and "-"')
  // No file could hold it: it is a name that JavaScript keeps for itself.
  .refine((name) => name !== '__proto__', 'must not be "__proto__"')

/** The pattern model APIs accept for a tool's name; overrides must fit it as they stand. */
export const exposedName = z.string().regex(NAME, 'must be 1 to 64 letters, digits, "_" and "-"')

/** Text that the database can hold: PostgreSQL refuses NUL. */
export const plainText = z.string().refine((text) => !text.includes('\0'), 'must not hold NUL')

export const descriptionText = plainText.max(2_000, 'must be at most 2000 characters')
