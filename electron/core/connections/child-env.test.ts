import { expect, test } from 'vitest'
import { mergePaths, openChildEnv } from './child-env.ts'

test('folders that only we have come first, the rest as the login shell has it', () => {
  expect(mergePaths('/venv/bin:/usr/bin:/bin', '/brew/bin:/usr/bin:/bin')).toBe(
    '/venv/bin:/brew/bin:/usr/bin:/bin',
  )
  expect(mergePaths('/usr/bin:/bin', '')).toBe('/usr/bin:/bin')
  expect(mergePaths('', '/a::/b:/a')).toBe('/a:/b')
})

test('a login shell that fails leaves us our own PATH', async () => {
  const loginPath = () => Promise.reject(new Error('no shell'))
  const childEnv = openChildEnv({ env: { PATH: '/own' }, loginPath })
  expect(await childEnv({ A: 'b' })).toEqual({ PATH: '/own', A: 'b' })
})

test('the real login shell is asked by default, and its answer holds the usual folders', async () => {
  const childEnv = openChildEnv({ env: { PATH: '/only/ours' } })
  expect((await childEnv({}))['PATH']).toMatch(/^\/only\/ours:.*\/bin/)
})

test("the server's own variables win, PATH too", async () => {
  const childEnv = openChildEnv({
    env: { PATH: '/own', HTTP_PROXY: 'p' },
    loginPath: async () => '',
  })
  expect(await childEnv({ PATH: '/its', HTTP_PROXY: 'q' })).toEqual({
    PATH: '/its',
    HTTP_PROXY: 'q',
  })
})
