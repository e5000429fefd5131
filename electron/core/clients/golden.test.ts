import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Machine } from '../machine.ts'
import { openTestAiClients } from '../testing/temp-ai-clients.ts'
import { openTempHome } from '../testing/temp-home.ts'
import { KNOWN_CLIENTS } from './catalogue/index.ts'
import { filesOf } from './machine.ts'

/** `<client>/<platform>.before.*` and `.after.*`: what each client's file becomes on each system. */
const GOLDEN = join(import.meta.dirname, 'golden')
const PLATFORMS = ['darwin', 'win32', 'linux'] as const

/** What a client that knows only programs is told to start. */
const STDIO: Record<Machine['platform'], Machine['stdio']> = {
  darwin: {
    command: '/Applications/MetaMCP.app/Contents/MacOS/MetaMCP',
    args: ['--stdio', '--data-dir', '/Users/ada/Library/Application Support/MetaMCP'],
  },
  win32: {
    command: String.raw`C:\Users\ada\AppData\Local\Programs\MetaMCP\MetaMCP.exe`,
    args: ['--stdio', '--data-dir', String.raw`C:\Users\ada\AppData\Roaming\MetaMCP`],
  },
  linux: {
    command: '/opt/MetaMCP/metamcp',
    args: ['--stdio', '--data-dir', '/home/ada/.local/share/MetaMCP'],
  },
}

const cases = KNOWN_CLIENTS.flatMap((client) =>
  PLATFORMS.filter((platform) => Array.isArray(client.files) || client.files[platform]).map(
    (platform) => ({ client, platform }),
  ),
)

describe.for(cases)('$client.id on $platform', ({ client, platform }) => {
  const golden = (when: 'before' | 'after') =>
    join(GOLDEN, client.id, `${platform}.${when}.${client.format}`)

  async function openHome() {
    const home = await openTempHome({ platform, stdio: STDIO[platform] })
    const path = filesOf(client, home.machine)[0] ?? ''
    await mkdir(dirname(path), { recursive: true })
    const clients = await openTestAiClients(home.machine)
    const input = { clientId: client.id, endpointId: 'e', removeServers: [] as string[] }
    return { home, path, clients, input, [Symbol.asyncDispose]: home[Symbol.asyncDispose] }
  }

  test('gets our entry and keeps the rest; undo and disconnect give it back', async () => {
    await using opened = await openHome()
    const { path, clients, input } = opened
    const before = await readFile(golden('before'))
    await writeFile(path, before)

    const { fingerprint } = await clients.preview(input)
    const { connectionId } = await clients.connect({ ...input, fingerprint })
    const after = await readFile(path)
    expect(after.toString()).toBe((await readFile(golden('after'))).toString())

    const [view] = (await clients.list()).clients.filter(({ id }) => id === client.id)
    expect(view).toMatchObject({ state: 'configured', endpoint: 'default' })

    await clients.undo(connectionId)
    expect((await readFile(path)).equals(before)).toBe(true)
    expect(clients.keys.size).toBe(0)
  })

  test('is not touched when it is broken', async () => {
    await using opened = await openHome()
    const { path, clients, input } = opened
    const after = await readFile(golden('after'), 'utf8')
    const broken = { json: '{ "a": 1 "b"', toml: 'a = [\n', yaml: 'a: "b\n' }[client.format] + after
    await writeFile(path, broken)
    await expect(clients.preview(input)).rejects.toThrow('It was not touched.')
    await expect(clients.connect({ ...input, fingerprint: 'x' })).rejects.toThrow()
    expect(await readFile(path, 'utf8')).toBe(broken)
    expect(await readdir(dirname(path))).toHaveLength(1)
    expect(clients.keys.size).toBe(0)
  })
})

test('there are no golden files of clients or systems that are not there', async () => {
  const found = await readdir(GOLDEN, { recursive: true })
  const expected = cases.flatMap(({ client: { id, format }, platform }) => [
    join(id, `${platform}.before.${format}`),
    join(id, `${platform}.after.${format}`),
  ])
  expect(found.filter((file) => file.includes('.')).sort()).toEqual(expected.sort())
})
