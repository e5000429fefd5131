import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answerFromFolder, isOwnUrl } from './app-files.ts'

/** A built page in `page/`, beside a file that is nobody's business. */
function makeFolder() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'app-files-'))
  mkdirSync(join(folder.path, 'page/assets'), { recursive: true })
  mkdirSync(join(folder.path, 'page-of-others'))
  writeFileSync(join(folder.path, 'page/index.html'), '<title>ours</title>')
  writeFileSync(join(folder.path, 'page/assets/a b.js'), 'let ours')
  writeFileSync(join(folder.path, 'secret'), 'secret')
  writeFileSync(join(folder.path, 'page-of-others/secret'), 'secret')
  const get = (url: string, init?: RequestInit) =>
    answerFromFolder(join(folder.path, 'page'), new Request(url, init))
  return { get, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

test('serves the page and its files with their types and a strict policy', async () => {
  using folder = makeFolder()
  const page = await folder.get('app://metamcp/')
  expect(await page.text()).toBe('<title>ours</title>')
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none';script-src 's")
  const script = await folder.get('app://metamcp/assets/a%20b.js?v=1#top')
  expect(await script.text()).toBe('let ours')
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
})

test('never leaves its folder', async () => {
  using folder = makeFolder()
  for (const path of [
    '/..%2fsecret',
    '/assets/..%2f..%2fsecret',
    '/%2e%2e%2fpage-of-others%2fsecret',
    '/index.html%00.js',
    '/%',
  ]) {
    const answer = await folder.get(`app://metamcp${path}`)
    expect([path, answer.status, await answer.text()]).toEqual([path, 403, ''])
  }
  // The parser itself takes whole segments of dots away.
  for (const path of ['/../secret', '/%2e%2e/secret', '/assets', '/nothing.js']) {
    expect([path, (await folder.get(`app://metamcp${path}`)).status]).toEqual([path, 404])
  }
})

test('serves nobody but our own host, and only GET', async () => {
  using folder = makeFolder()
  expect((await folder.get('app://other/')).status).toBe(403)
  expect((await folder.get('https://metamcp/')).status).toBe(403)
  expect((await folder.get('app://metamcp/', { method: 'POST' })).status).toBe(403)
})

test('knows its own addresses', () => {
  const own = ['app://metamcp', 'app://metamcp/', 'app://metamcp/index.html#servers']
  const foreign = [
    'null',
    '',
    'data:text/html,x',
    'about:blank',
    'app://metamcp.evil/',
    'app:metamcp',
  ]
  const alike = ['app://metamcp:1/', 'file:///metamcp', 'https://metamcp/', 'app://metamcp@evil/']
  expect(own.filter((address) => !isOwnUrl(address))).toEqual([])
  expect([...foreign, ...alike].filter(isOwnUrl)).toEqual([])
})
