import { z } from 'zod'
import type { Owned } from './account.ts'
import { plainText } from './names.ts'

export const keyName = plainText
  .trim()
  .min(1, 'must not be empty')
  .max(64, 'must be at most 64 characters')
  .refine((name) => name !== '__proto__', 'must not be "__proto__"')

/** Which endpoints a key opens: all of them, now and later, or those with these ids. */
const keyScope = z.union([z.literal('all'), z.array(z.string()).min(1)])

/** ISO 8601, kept in UTC; `null` for never. */
export const keyExpiry = z.iso
  .datetime({ offset: true, error: 'must be a time as 2027-01-31T10:00:00Z' })
  .transform((time) => new Date(time).toISOString())
  .nullable()

export const apiKeyInput = z.strictObject({
  name: keyName,
  endpoints: keyScope.default('all'),
  enabled: z.boolean().default(true),
  expiresAt: keyExpiry.default(null),
})

export const apiKeyPatch = z.strictObject({
  name: keyName.optional(),
  endpoints: keyScope.optional(),
  enabled: z.boolean().optional(),
  expiresAt: keyExpiry.optional(),
})

/** The shape of a key: `sk_mt_` and 64 characters from a CSPRNG. Only its hash is stored. */
export const API_KEY = /^sk_mt_[A-Za-z0-9]{64}$/
export const API_KEY_SHAPE = 'must be "sk_mt_" and 64 letters or digits'

export type ApiKeyInput = z.input<typeof apiKeyInput>
export type ApiKeyPatch = z.infer<typeof apiKeyPatch>
/** A key as management callers see it; `hint` is its last four characters, to tell keys apart. */
export type ApiKeyView = z.infer<typeof apiKeyInput> & {
  id: string
  /** Its first characters; `null` for a key of before these were kept. */
  begins: string | null
  hint: string
  /** ISO 8601. */
  createdAt: string
  /** The account whose key it is; `null` for one of the instance. */
  ownerId: Owned['ownerId']
}
