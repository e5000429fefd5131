import { hash, randomInt } from 'node:crypto'

const PREFIX = 'sk_mt_'
const LENGTH = 64
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A new key of the shape `API_KEY`: 64 unbiased characters, 381 bits, from the system's CSPRNG. */
export function makeApiKey(): string {
  // randomInt rejects what would favour some characters, unlike a remainder of random bytes.
  const characters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)])
  return PREFIX + characters.join('')
}

/** SHA-256, hexadecimal: what is stored of a key, and what a presented key is looked up by. */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex')
}

/** The first nine characters, which a secret scanner or a person finds a key by. */
export function beginningOf(key: string): string {
  return key.slice(0, PREFIX.length + 3)
}

/** The last four characters, by which people tell keys apart. */
export function hintOf(key: string): string {
  return key.slice(-4)
}
