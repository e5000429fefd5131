import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { startHeadless, type HeadlessProcess } from '../core/testing/headless-process.ts'
import { connectAutoStdio, connectLegacyStdio, startStdio } from '../core/testing/stdio-clients.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { listProcesses } from '../core/connections/process-tree.ts'

/** A data folder of its own, and the arguments that make an echo server in it. */
async function makeWorld(servers = [echoServer()], curated: object = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-stdio-'))
  const config = join(folder, 'metamcp.json')
  const namespaces = { default: { servers: servers.map(({ name }) => name), ...curated } }
  await writeFile(config, JSON.stringify({ ...configFileOf(servers), namespaces }))
  const dataDir = join(folder, 'data')
  const args = ['--data-dir', dataDir, '--config', config, '--log-level', 'silent']
  return {
    dataDir,
    config,
    options: { args: [...args, '--port', '0'] },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

const request = (id: number, method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

const initialize = (protocolVersion: string) =>
  request(1, 'initialize', {
    protocolVersion,
    capabilities: {},
    clientInfo: { name: 'lines', version: '1' },
  })

const call = (id: number, name: string, rest: object = {}) =>
  request(id, 'tools/call', { name: `echo__${name}`, arguments: {}, ...rest })

type Caller = {
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<object>
}
type State = { pid: number; cancelled: unknown[] }

async function stateOf(client: Caller): Promise<State> {
  const result = await client.callTool({ name: 'echo__state', arguments: {} })
  return (result as { structuredContent: State }).structuredContent
}

const CURATED = {
  tools: { echo__add: { name: 'sum' }, echo__big: { enabled: false } },
  prompts: { echo__plain: { enabled: false } },
  resources: [
    { server: 'echo', uri: 'echo://blob', enabled: false },
    { server: 'echo', template: 'echo://items/{id}', enabled: false },
  ],
}

describe('attached to a core that runs', () => {
  let world: Awaited<ReturnType<typeof makeWorld>>
  let core: HeadlessProcess
  let options: Parameters<typeof startStdio>[0]
  beforeAll(async () => {
    world = await makeWorld([echoServer()], CURATED)
    core = await startHeadless({ dataDir: world.dataDir, args: ['--config', world.config] })
    options = { args: ['--data-dir', world.dataDir] }
  })
  afterAll(async () => {
    await core[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  test('a legacy client calls, hears progress, and cancels', async () => {
    await using client = await connectLegacyStdio(options)
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo__echo')
    const steps: number[] = []
    const slow = { name: 'echo__slow', arguments: { steps: 5, stepMs: 5 } }
    const { content } = await client.callTool(slow, undefined, {
      onprogress: ({ progress }) => steps.push(progress),
    })
    expect(content).toMatchObject([{ text: 'done after 5 steps' }])
    expect(steps).toEqual([1, 2, 3, 4, 5])

    const { cancelled } = await stateOf(client)
    const abort = new AbortController()
    const hold = { name: 'echo__hold', arguments: { key: 'legacy' } }
    const held = client.callTool(hold, undefined, {
      signal: abort.signal,
      onprogress: () => abort.abort(),
    })
    await expect(held).rejects.toThrow()
    await expect
      .poll(async () => (await stateOf(client)).cancelled.length, { timeout: 5_000 })
      .toBe(cancelled.length + 1)
  })

  test('a client of both eras goes the modern way: calls, progress, cancellation', async () => {
    await using client = await connectAutoStdio(options)
    expect(client.getProtocolEra()).toBe('modern')
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo__slow')
    const steps: number[] = []
    const slow = { name: 'echo__slow', arguments: { steps: 3, stepMs: 5 } }
    const { content } = await client.callTool(slow, {
      onprogress: ({ progress }) => steps.push(progress),
    })
    expect(content).toMatchObject([{ text: 'done after 3 steps' }])
    expect(steps).toEqual([1, 2, 3])

    const { cancelled } = await stateOf(client)
    const abort = new AbortController()
    const hold = { name: 'echo__hold', arguments: { key: 'modern' } }
    const held = client.callTool(hold, {
      signal: abort.signal,
      onprogress: () => abort.abort(),
    })
    await expect(held).rejects.toThrow()
    await expect
      .poll(async () => (await stateOf(client)).cancelled.length, { timeout: 5_000 })
      .toBe(cancelled.length + 1)
  })

  test.each([
    ['legacy', connectLegacyStdio],
    ['modern', connectAutoStdio],
  ])('what is off or renamed is reached by no client of the %s era', async (_, connect) => {
    await using client = await connect(options)
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toContain('sum')
    expect(names.filter((name) => /add|big/.test(name))).toEqual([])
    for (const name of ['echo__add', 'add', 'echo__big', 'big']) {
      const called = client.callTool({ name, arguments: {} })
      await expect(called).rejects.toThrow(`Unknown tool: ${name}`)
    }
    for (const name of ['echo__plain', 'plain']) {
      await expect(client.getPrompt({ name })).rejects.toThrow(`Unknown prompt: ${name}`)
    }
    for (const uri of ['echo://blob', 'echo://items/7']) {
      await expect(client.readResource({ uri })).rejects.toThrow(`Resource not found: ${uri}`)
    }
    expect((await client.readResource({ uri: 'echo://text' })).contents).toHaveLength(1)
  })

  test('what its servers say by themselves is heard, from the first moment', async () => {
    await using client = await connectLegacyStdio(options)
    const changed = Promise.withResolvers<void>()
    client.fallbackNotificationHandler = ({ method }) =>
      Promise.resolve(method === 'notifications/tools/list_changed' ? changed.resolve() : undefined)
    await client.callTool({ name: 'echo__change_tools', arguments: {} })
    await changed.promise
  })

  test('a client may send everything at once, in both eras, and close its side', async () => {
    await using metamcp = startStdio(options)
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    metamcp.send(
      request(0, 'server/discover', { _meta }),
      initialize('2025-06-18'),
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      call(2, 'slow'),
    )
    const answers = [metamcp.next(), metamcp.next(), metamcp.next()]
    expect(await metamcp.end()).toBe(0)
    const all = (await Promise.all(answers)).map((line) => JSON.parse(line) as { id: number })
    expect(all.toSorted((a, b) => a.id - b.id)).toMatchObject([
      { id: 0, result: { supportedVersions: ['2026-07-28'] } },
      { id: 1, result: { protocolVersion: '2025-06-18' } },
      { id: 2, result: { content: [{ text: 'done after 3 steps' }] } },
    ])
  })

  // Shows: stdio-end-of-input
  test('the end of stdin cancels what hangs, and the core stays', async () => {
    await using client = await connectLegacyStdio(options)
    const { cancelled } = await stateOf(client)
    const metamcp = startStdio(options)
    metamcp.send(initialize('2025-11-25'))
    await metamcp.next()
    const held = { arguments: { key: 'end' }, _meta: { progressToken: 1 } }
    metamcp.send(call(2, 'hold', held))
    expect(await metamcp.next()).toContain('notifications/progress')
    expect(await metamcp.end()).toBe(0)
    await expect
      .poll(async () => (await stateOf(client)).cancelled.length, { timeout: 5_000 })
      .toBe(cancelled.length + 1)
  })

  test('an endpoint that does not exist is refused with the names of those that do', async () => {
    const metamcp = startStdio({ ...options, args: [...options.args, '--endpoint=nope'] })
    expect((await metamcp.ended)[0]).toBe(1)
    expect(metamcp.stderr()).toBe('There is no endpoint "nope". There are: default.\n')
  })

  // Last: it ends the core.
  test('when the core ends, what is in flight fails and the exit code is 1', async () => {
    const metamcp = startStdio(options)
    metamcp.send(initialize('2025-11-25'))
    await metamcp.next()
    metamcp.send(call(2, 'hold', { arguments: { key: 'lost' }, _meta: { progressToken: 1 } }))
    expect(await metamcp.next()).toContain('notifications/progress')
    const answer = metamcp.next()
    await core.kill('SIGTERM')
    expect(JSON.parse(await answer)).toMatchObject({ id: 2, error: { code: -32603 } })
    expect((await metamcp.ended)[0]).toBe(1)
    expect(metamcp.stderr()).toMatch(/The connection to MetaMCP was lost: .*\. Start it again/)
  })
})

describe('with nothing to attach to', () => {
  test('it starts a core, which ends with its client and leaves no process', async () => {
    await using world = await makeWorld()
    const client = await connectLegacyStdio(world.options)
    const { pid } = await stateOf(client)
    expect(await running(pid, client.pid)).toHaveLength(2)
    await client.close()
    expect(await running(pid, client.pid)).toEqual([])
    // The data folder is free again, and what was made is there.
    await using again = await connectLegacyStdio({
      args: ['--data-dir', world.dataDir, '--port', '0'],
    })
    expect((await stateOf(again)).pid).not.toBe(pid)
  })

  test('of two at once one starts it, the other attaches, and a third finds it, too', async () => {
    await using world = await makeWorld()
    const both = [startStdio(world.options), startStdio(world.options)]
    for (const metamcp of both) metamcp.send(initialize('2025-11-25'))
    for (const metamcp of both) expect(await metamcp.next()).toContain('"serverInfo"')
    const said = both.map((metamcp) => metamcp.stderr())
    expect(said.filter((text) => text.includes('MetaMCP started at'))).toHaveLength(1)
    expect(said.filter((text) => text.includes('Attached to'))).toHaveLength(1)
    await using third = await connectLegacyStdio(world.options)
    expect((await third.listTools()).tools.length).toBeGreaterThan(0)
    // The one that attached ends first: what ends with its core says so and fails.
    const [first] = both.toSorted((a) => (a.stderr().includes('Attached') ? -1 : 1))
    expect(await first?.end()).toBe(0)
    for (const metamcp of both) await metamcp[Symbol.asyncDispose]()
  })

  // Shows: stdio-stdout
  test('with servers that fail and babble, and all that is logged, stdout has messages only', async () => {
    const failing = { name: 'failing', exitAtStart: { code: 3, stderr: 'not today' } }
    const babbling = { garbage: true, stderr: 'hello from a server' }
    await using world = await makeWorld([echoServer(babbling), echoServer(failing)])
    const args = world.options.args.map((one) => (one === 'silent' ? 'debug' : one))
    await using metamcp = startStdio({ args })
    metamcp.send(initialize('2025-11-25'), 'this is no message', request(2, 'no/such'))
    metamcp.send(request(3, 'tools/list'), call(4, 'garbage_now'), call(5, 'echo'))
    const open = new Set<unknown>([1, 2, 3, 4, 5])
    const lines: string[] = []
    while (open.size > 0) {
      const line = await metamcp.next()
      lines.push(line)
      open.delete((JSON.parse(line) as { id?: unknown }).id)
    }
    expect(await metamcp.end()).toBe(0)
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
      lines.map(() => expect.objectContaining({ jsonrpc: '2.0' }) as object),
    )
    expect(metamcp.stderr()).toMatch(/not today/)
  })

  test('a mistake in the arguments is told on stderr, and stdout stays the protocol’s', async () => {
    for (const [args, words] of [
      [['--prot', '1'], 'Unknown argument "--prot".'],
      [['--endpoint'], '--endpoint needs a value.'],
    ] as const) {
      const metamcp = startStdio({ args: [...args] })
      expect((await metamcp.ended)[0]).toBe(1)
      expect(metamcp.stderr()).toContain(words)
      await expect(metamcp.next()).rejects.toThrow()
    }
  })
})

/** Those of the processes that still run. */
async function running(...pids: (number | null)[]): Promise<number[]> {
  const all = await listProcesses()
  return all.map(({ pid }) => pid).filter((pid) => pids.includes(pid))
}
