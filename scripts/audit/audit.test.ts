import { spawn } from 'node:child_process'
import { chmod, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { askAdvisories } from './advisories.ts'
import { licencesIn, reasonFor } from './licences.ts'

const root = resolve(import.meta.dirname, '../..')

/** A folder with an `npm` that prints this and ends so, first on the PATH. */
async function npmThat(stdout: string, code: number) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-npm-'))
  await writeFile(join(folder.path, 'answer'), stdout)
  const script = `#!/bin/sh\ncat '${folder.path}/answer'\nexit ${code}\n`
  await writeFile(join(folder.path, 'npm'), script)
  await chmod(join(folder.path, 'npm'), 0o755)
  const env = { ...process.env, PATH: `${folder.path}${delimiter}${process.env.PATH}` }
  return { env, [Symbol.asyncDispose]: () => folder.remove() }
}

const report = (vulnerabilities: object, total = 7) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { dependencies: { total } } })

const low = { one: { severity: 'low', via: [{ title: 'Small hole' }] } }
const high = { two: { severity: 'high', via: ['one', { title: 'Large hole' }] } }

/** What `npm run audit` prints and how it ends, with that npm. */
async function run(stdout: string, code: number) {
  await using npm = await npmThat(stdout, code)
  const child = spawn(process.execPath, [join(root, 'scripts/audit.mjs')], { env: npm.env })
  const printed = text(child.stdout)
  const ended = await new Promise((done) => child.once('close', done))
  return { ended, printed: await printed }
}

test('nothing found, something found and could not ask are three things', async () => {
  const none = await run(report({}), 0)
  expect(none.printed).toContain('Advisories: asked about 7 packages, nothing found.')
  expect(none.ended).toBe(0)

  const found = await run(report({ ...low, ...high }), 1)
  expect(found.printed).toContain('1 high or critical, 1 lesser')
  expect(found.printed).toContain('two: by one; Large hole (high)')
  expect(found.ended).toBe(1)

  const refused = await run(JSON.stringify({ message: '405 Method Not Allowed' }), 1)
  expect(refused.printed).toContain('COULD NOT ASK the registry (405 Method Not Allowed)')
  expect(refused.printed).not.toContain('nothing found')
  expect(refused.ended).toBe(2)
})

test.each([
  ['no report at all', '', 1],
  ['a page of a proxy', '<html>', 0],
  ['half of a report', '{"vulnerabilities":{', 0],
  ['a report without findings', '{"metadata":{"dependencies":{"total":7}}}', 0],
  ['a report over no packages', report({}, 0), 0],
])('%s is no answer', async (_, stdout, code) => {
  await using npm = await npmThat(stdout, code)
  expect(await askAdvisories(root, npm.env)).toMatchObject({ kind: 'not-asked' })
})

test('without npm nothing could be asked, and lesser findings are told and pass', async () => {
  const answer = await askAdvisories(root, { PATH: join(root, 'nothing-here') })
  expect(answer).toMatchObject({ kind: 'not-asked' })
  await using npm = await npmThat(report(low), 1)
  const others = ['one: Small hole (low)']
  expect(await askAdvisories(root, npm.env)).toEqual({ kind: 'found', grave: [], others })
  // What a later npm calls worse than it knows words for is not lesser.
  await using odd = await npmThat(report({ three: { via: [] } }), 1)
  const grave = ['three:  (of unknown severity)']
  expect(await askAdvisories(root, odd.env)).toEqual({ kind: 'found', grave, others: [] })
})

test('every dependency has a licence that is allowed', () => {
  const licences = licencesIn(root)
  expect(licences.length).toBeGreaterThan(1_000)
  expect(licences.filter(({ reason }) => reason === null)).toEqual([])
})

test('a licence that is not allowed, or none, is refused by name', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-lock-'))
  const packages = {
    '': { name: 'ours' },
    'node_modules/a': { version: '1.0.0', license: 'MIT' },
    'node_modules/a/node_modules/@x/b': { version: '2.0.0', license: 'GPL-3.0-only' },
    'node_modules/c': { version: '3.0.0' },
    'node_modules/d': { link: true },
  }
  await writeFile(join(folder.path, 'package-lock.json'), JSON.stringify({ packages }))
  const refused = licencesIn(folder.path).filter(({ reason }) => reason === null)
  expect(refused.map(({ name }) => name)).toEqual(['@x/b', 'c'])
})

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-or-later)', true],
  ['MIT AND ISC', true],
  ['MIT AND GPL-3.0-only', false],
  ['AGPL-3.0-only', false],
  ['SEE LICENSE IN LICENSE', false],
  ['UNLICENSED', false],
  ['constructor', false],
])('%s is allowed: %s', (licence, isAllowed) => {
  expect(reasonFor(licence) !== null).toBe(isAllowed)
})
