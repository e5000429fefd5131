import { expect, test } from 'vitest'
import { addressOf, networkOf } from './request-address.ts'

test('who asks is told by a proxy of ours, and by nobody else', () => {
  const asked = (remoteAddress: string, forwarded?: string, isBehindProxy = true) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    return addressOf({ headers, socket: { remoteAddress } }, isBehindProxy)
  }
  for (const near of ['127.0.0.1', '::1', '::ffff:10.0.0.2', '192.168.1.9', 'fd00::1']) {
    expect(asked(near, '203.0.113.9')).toBe('203.0.113.9')
  }
  // Only the last one is the proxy's own word.
  expect(asked('127.0.0.1', '198.51.100.1, 203.0.113.9')).toBe('203.0.113.9')
  for (const unclear of ['', 'unknown', '203.0.113.9, '])
    expect(asked('127.0.0.1', unclear)).toBe('127.0.0.1')
  expect(asked('198.51.100.7', '203.0.113.9')).toBe('198.51.100.7')
  expect(asked('127.0.0.1', '203.0.113.9', false)).toBe('127.0.0.1')
  expect(asked('127.0.0.1')).toBe('127.0.0.1')
})

test('whoever has one address of IPv6 has all of its network', () => {
  expect(networkOf('203.0.113.9')).toBe('203.0.113.9')
  expect(networkOf('::ffff:203.0.113.9')).toBe('203.0.113.9')
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::1'))
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'))
  expect(networkOf('')).toBe('')
})
