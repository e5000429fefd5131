import { createHmac, timingSafeEqual } from 'node:crypto'

/** How long a browser that showed the admin token is let in, in ms. */
const LIFETIME_MS = 30 * 24 * 60 * 60_000

/**
 * What a browser holds in place of the admin token: when it expires, and our word for it. It opens
 * nothing once the admin token or the secret key is another one, so nothing need be stored.
 */
export interface WindowCookies {
  /** The value, and the seconds that it is good for. */
  make(): { value: string; maxAge: number }
  isGood(value: string): boolean
}

export type WindowCookiesOptions = {
  /** 32 bytes for this purpose alone. */
  key: Uint8Array
  adminToken: string
  now?: () => number
}

export function openWindowCookies(options: WindowCookiesOptions): WindowCookies {
  const { key, adminToken, now = Date.now } = options
  const wordFor = (expires: string) =>
    createHmac('sha256', key).update(`${expires}\n${adminToken}`).digest()
  return {
    make() {
      const expires = String(now() + LIFETIME_MS)
      const value = `${expires}.${wordFor(expires).toString('base64url')}`
      return { value, maxAge: LIFETIME_MS / 1_000 }
    },
    isGood(value) {
      const [expires = '', word = ''] = value.split('.', 2)
      const given = Buffer.from(word, 'base64url')
      const ours = wordFor(expires)
      const isOurs = given.length === ours.length && timingSafeEqual(given, ours)
      return isOurs && Number(expires) > now()
    },
  }
}
