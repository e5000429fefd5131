import { expect, test } from 'vitest'
import { browserOf } from './browser-of.ts'

const APPLE = 'AppleWebKit/537.36 (KHTML, like Gecko)'

test.each([
  [
    `Mozilla/5.0 (Windows NT 10.0) ${APPLE} Chrome/150.0 Safari/537.36 Edg/150.0`,
    'Edge',
    'Windows',
  ],
  [`Mozilla/5.0 (X11; Linux x86_64) ${APPLE} Chrome/150.0 Safari/537.36`, 'Chrome', 'Linux'],
  [
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) ${APPLE} Version/20 Safari/605`,
    'Safari',
    'macOS',
  ],
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 20 like Mac OS X) ${APPLE} Safari/604`, 'Safari', 'iOS'],
  ['Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0', 'Firefox', 'Android'],
])('%s', (text, browser, system) => {
  expect(browserOf(text)).toEqual({ browser, system })
})

test('what is no browser has no name', () => {
  expect(browserOf('node')).toBeNull()
  expect(browserOf(null)).toBeNull()
})
