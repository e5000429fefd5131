import { expect, test } from 'vitest'
import { linkIn, pathOfLink } from './deep-link.ts'
import { readProgram } from './program-arguments.ts'

test('a link among the arguments is ours, and shown whole to the window', () => {
  const link = 'metamcp://install?name=a%20b&config=eyJ4IjoxfQ=='
  expect(linkIn(['--port', '0', link])).toBe(link)
  expect(linkIn(['https://example.com', 'metamcp', 'x-metamcp://a'])).toBeUndefined()
  const path = pathOfLink(link)
  expect(path.startsWith('/servers?link=')).toBe(true)
  expect(new URLSearchParams(path.split('?')[1]).get('link')).toBe(link)
  expect(pathOfLink(`metamcp:${'x'.repeat(1e6)}`).length).toBeLessThan(70_000)
})

test('it is no argument of the core’s, nor is what only the app knows', () => {
  const link = 'METAMCP://install'
  expect(readProgram(['--hidden', '--port', '0', link])).toEqual({
    ...{ isStdio: false, isHidden: true, link, args: ['--port', '0'] },
  })
  expect(readProgram(['--stdio', '--endpoint', 'work'])).toEqual({
    ...{ isStdio: true, isHidden: false, link: undefined, args: ['--endpoint', 'work'] },
  })
})
