import { mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeApiKey } from '../core/auth/api-key.ts'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { runHere } from '../core/testing/run-command.ts'
import { startTempCore, type TempCore } from '../core/testing/temp-core.ts'
import { writeRunFile } from '../host/run-file.ts'
import { apply } from './apply.ts'
import { exportCommand } from './export.ts'

const makeFolder = () => mkdtempDisposable(join(tmpdir(), 'metamcp-cli-'))
const { command, args } = echoServer() as { command: string; args: string[] }
const OWN_MODULE = './shout.mjs'
const FILE = {
  mcpServers: { echo: { command, args, env: { TOKEN: '${TOKEN_OF_THE_TEST}' } } },
  namespaces: { work: { servers: ['echo'] } },
  endpoints: { work: { namespace: 'work' } },
  apiKeys: { ci: { key: '${KEY_OF_THE_TEST}', endpoints: ['work'] } },
}
const VALUES = { TOKEN_OF_THE_TEST: 'a-secret-of-the-test', KEY_OF_THE_TEST: makeApiKey() }
const MISTAKES = {
  mcpServers: { echo: { command, headerz: {} }, both: { command, url: 'https://example.com' } },
  endpoints: { work: { prefix: 'no' } },
}
/** Known to be wrong only where it is applied. */
const LATE_MISTAKES = {
  mcpServers: { echo: { command, args } },
  namespaces: {
    one: { servers: ['echo'], middleware: [{ use: 'limit-time', ms: 'soon' }] },
    two: { servers: ['echo'], middleware: [{ use: 'no-such' }] },
  },
}

describe('in a data folder that nobody runs on', () => {
  test('a file is applied, told of, and there for the next start', async () => {
    await using folder = await makeFolder()
    const file = join(folder.path, 'metamcp.json')
    const dataDir = join(folder.path, 'data')
    await writeFile(file, JSON.stringify(FILE))
    const applied = await runHere(apply, [file, '--data-dir', dataDir], { env: VALUES })
    expect(applied).toEqual({
      code: 0,
      stdout:
        'created  server echo\ncreated  namespace work\ncreated  endpoint work\ncreated  API key ci\n',
      stderr: '',
    })
    const shown = await runHere(exportCommand, ['--data-dir', dataDir])
    expect(shown.stderr).toBe('Set where you apply it: TOKEN_OF_THE_TEST, CI_KEY\n')
    expect(shown.stdout).not.toContain(VALUES.TOKEN_OF_THE_TEST)
    await using core = await startTempCore({
      dataDir,
      database: 'embedded',
      env: { ...process.env, ...VALUES },
    })
    await using client = await connectLegacy(core.mcpUrl('work'), VALUES.KEY_OF_THE_TEST)
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo__echo')
  })

  test('a folder that is not there is misspelt, and is neither made nor exported as empty', async () => {
    await using folder = await makeFolder()
    const dataDir = join(folder.path, 'misspelt')
    const { code, stdout, stderr } = await runHere(exportCommand, ['--data-dir', dataDir])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`There is no data folder "${dataDir}".`)
    expect(await readdir(folder.path)).toEqual([])
  })

  test('every wrong field is told with its place, and nothing is applied', async () => {
    await using folder = await makeFolder()
    const at = ['--data-dir', folder.path]
    const wrong = await runHere(apply, ['-', ...at], { input: JSON.stringify(MISTAKES) })
    expect(wrong).toMatchObject({ code: 1, stdout: '' })
    expect(wrong.stderr).toContain('mcpServers.echo.headerz: is not a known field')
    expect(wrong.stderr).toContain('mcpServers.both.url: does not go with a stdio server')
    expect(wrong.stderr).toContain('endpoints.work.prefix: ')
    const late = await runHere(apply, ['-', ...at], { input: JSON.stringify(LATE_MISTAKES) })
    expect(late).toMatchObject({ code: 1, stdout: '' })
    expect(late.stderr).toContain('namespaces.one.middleware[0].ms: ')
    expect(late.stderr).toContain('namespaces.two.middleware[0].use: ')
    const left = await runHere(exportCommand, at)
    expect(JSON.parse(left.stdout)).toEqual({
      ...{ mcpServers: {}, namespaces: {}, endpoints: {}, apiKeys: {} },
    })
  })

  test('middlewares of one’s own may be named, from where the file is', async () => {
    await using folder = await makeFolder()
    const middleware = [{ use: OWN_MODULE }]
    const file = join(folder.path, 'metamcp.json')
    await writeFile(file, JSON.stringify({ namespaces: { own: { middleware } } }))
    const at = ['--data-dir', join(folder.path, 'data')]
    expect(await runHere(apply, [file, ...at])).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await runHere(exportCommand, at)
    expect(stdout).toContain(JSON.stringify(resolve(folder.path, OWN_MODULE)))
  })
})

describe('where MetaMCP runs', () => {
  let core: TempCore
  let at: string[]
  beforeAll(async () => {
    core = await startTempCore()
    await writeRunFile(core.dataDir, core.local)
    at = ['--data-dir', core.dataDir]
  })
  afterAll(() => core[Symbol.asyncDispose]())

  test('a file is applied at once, with values that only the caller has', async () => {
    const given = { env: VALUES, input: JSON.stringify(FILE) }
    const { code, stdout, stderr } = await runHere(apply, ['-', ...at], given)
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'The MetaMCP that runs does not know TOKEN_OF_THE_TEST: the values were stored, sealed.\n',
    })
    expect(stdout).toContain('created  server echo\n')
    // Its command is the file's, and a person's: nobody has to approve it again.
    await using client = await connectLegacy(core.mcpUrl('work'), VALUES.KEY_OF_THE_TEST)
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo__echo')
    const exported = await runHere(exportCommand, at)
    expect(JSON.parse(exported.stdout)).toMatchObject({ endpoints: { work: {} } })
    expect(exported.stdout).not.toContain(VALUES.TOKEN_OF_THE_TEST)
  })

  test('every wrong field is told with its place, and nothing is applied', async () => {
    const before = await runHere(exportCommand, at)
    const wrong = await runHere(apply, ['-', ...at], { input: JSON.stringify(MISTAKES) })
    expect(wrong).toMatchObject({ code: 1, stdout: '' })
    expect(wrong.stderr).toContain('mcpServers.echo.headerz: is not a known field')
    expect(wrong.stderr).toContain('endpoints.work.prefix: ')
    const late = await runHere(apply, ['-', ...at], { input: JSON.stringify(LATE_MISTAKES) })
    expect(late.stderr).toContain('namespaces.one.middleware[0].ms: ')
    expect(late.stderr).toContain('namespaces.two.middleware[0].use: ')
    const unset = await runHere(apply, ['-', ...at], { input: JSON.stringify(FILE) })
    expect(unset.stderr).toContain('mcpServers.echo.env.TOKEN: The environment variable TOKEN_OF')
    const none = await runHere(apply, [join(core.dataDir, 'none.json'), ...at])
    expect(none).toMatchObject({ code: 1, stdout: '' })
    expect(none.stderr).toMatch(/^The config file ".*none\.json" cannot be read: /)
    expect(await runHere(exportCommand, at)).toEqual(before)
  })

  test('a file in UTF-16, as PowerShell on Windows writes one, is read as any other', async () => {
    const file = join(core.dataDir, 'utf16.json')
    const text = `\uFEFF${JSON.stringify({ namespaces: { wide: { description: 'für' } } })}`
    await writeFile(file, Buffer.from(text, 'utf16le'))
    const applied = await runHere(apply, [file, ...at])
    expect(applied).toEqual({ code: 0, stdout: 'created  namespace wide\n', stderr: '' })
    const { stdout } = await runHere(exportCommand, at)
    expect(stdout).toContain('für')
  })

  test('an export goes to stdout or into a file', async () => {
    const shown = await runHere(exportCommand, at)
    expect(shown.code).toBe(0)
    const file = join(core.dataDir, 'out.json')
    expect(await runHere(exportCommand, [file, ...at])).toMatchObject({ code: 0, stdout: '' })
    expect(await readFile(file, 'utf8')).toBe(shown.stdout)
    const nowhere = await runHere(exportCommand, [join(core.dataDir, 'no/such/out.json'), ...at])
    expect(nowhere).toMatchObject({ code: 1, stdout: '' })
    expect(nowhere.stderr).toMatch(/^".*out\.json" cannot be written: /)
  })

  test('middlewares of one’s own are refused, with what to do', async () => {
    const middleware = [{ use: OWN_MODULE }]
    const input = JSON.stringify({ namespaces: { own: { middleware } } })
    const { code, stderr } = await runHere(apply, ['-', ...at], { input })
    expect(code).toBe(1)
    expect(stderr).toContain('namespaces.own.middleware[0].use: names a file of your own')
    expect(stderr).toContain(`MetaMCP runs (process ${process.pid}), and takes such files only`)
  })
})
