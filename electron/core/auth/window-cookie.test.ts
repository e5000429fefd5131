import { expect, test } from 'vitest'
import { openWindowCookies } from './window-cookie.ts'

const DAY = 24 * 60 * 60_000
const key = new Uint8Array(32).fill(7)

test('a cookie is good for thirty days, and not a moment longer', () => {
  let now = 1_000
  const cookies = openWindowCookies({ key, adminToken: 'token', now: () => now })
  const { value, maxAge } = cookies.make()
  expect([cookies.isGood(value), maxAge]).toEqual([true, 30 * 24 * 60 * 60])
  now += 30 * DAY - 1
  expect(cookies.isGood(value)).toBe(true)
  now += 1
  expect(cookies.isGood(value)).toBe(false)
})

test('another admin token, another key, and a changed date open nothing', () => {
  const cookies = openWindowCookies({ key, adminToken: 'token' })
  const { value } = cookies.make()
  const [expires, word] = value.split('.')
  const others = [
    openWindowCookies({ key, adminToken: 'other' }).isGood(value),
    openWindowCookies({ key: new Uint8Array(32), adminToken: 'token' }).isGood(value),
    cookies.isGood(`${Number(expires) + DAY}.${word}`),
    cookies.isGood(`${expires}.`),
    cookies.isGood(''),
  ]
  expect(others).toEqual([false, false, false, false, false])
})
