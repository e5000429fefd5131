import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectAuto, connectLegacy } from '../core/testing/clients.ts'
import { startHeadless, type HeadlessProcess } from '../core/testing/headless-process.ts'

/*
 * The whole way as a person goes it: a config file with three servers that others wrote, the built
 * program, and clients that others wrote.
 */

const require = createRequire(import.meta.url)
const EVERYTHING = require.resolve('@modelcontextprotocol/server-everything/dist/index.js')
const FILESYSTEM = require.resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
const MEMORY = require.resolve('@modelcontextprotocol/server-memory/dist/index.js')
const INSPECTOR = require.resolve('@modelcontextprotocol/inspector/clients/launcher/build/index.js')

/** As in anybody's mcp.json. */
function servers() {
  return {
    everything: { command: EVERYTHING },
    files: { command: FILESYSTEM, args: [join(folder, 'files')] },
    memory: { command: MEMORY, env: { MEMORY_FILE_PATH: join(folder, 'memory.json') } },
  }
}

let folder: string
let metamcp: HeadlessProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metamcp-real-'))
  await mkdir(join(folder, 'files'))
  const file = join(folder, 'mcp.json')
  await writeFile(file, JSON.stringify({ mcpServers: servers() }))
  metamcp = await startHeadless({ dataDir: join(folder, 'data'), args: ['--config', file] })
})
afterAll(async () => {
  await metamcp[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

type AnyClient = Awaited<ReturnType<typeof connectLegacy> | ReturnType<typeof connectAuto>>

test('a client of SDK v1 does everything through it', async () => {
  await using client = await connectLegacy(metamcp.mcpUrl, metamcp.key)
  await useAll(client, 'v1')
  const steps: number[] = []
  await client.callTool(
    { name: 'everything__trigger-long-running-operation', arguments: { duration: 0.5, steps: 5 } },
    undefined,
    { onprogress: ({ progress }) => steps.push(progress) },
  )
  expect(steps).toEqual([1, 2, 3, 4, 5])
})

test('a client of SDK v2 does everything through it, in the modern era', async () => {
  await using client = await connectAuto(metamcp.mcpUrl, metamcp.key)
  expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
  await useAll(client, 'v2')
  const steps: number[] = []
  await client.callTool(
    { name: 'everything__trigger-long-running-operation', arguments: { duration: 0.5, steps: 5 } },
    { onprogress: ({ progress }) => steps.push(progress) },
  )
  expect(steps).toEqual([1, 2, 3, 4, 5])
})

test('the Inspector’s command line does, too', async () => {
  expect(await inspect('--method', 'tools/list')).toContain('"name": "files__write_file"')
  const call = ['--method', 'tools/call', '--tool-name', 'everything__echo']
  expect(await inspect(...call, '--tool-arg', 'message=seen')).toContain('Echo: seen')
})

async function useAll(client: AnyClient, mark: string): Promise<void> {
  const names = (await client.listTools()).tools.map((tool) => tool.name)
  expect(names).toEqual(await namesOfAll())

  const echo = { name: 'everything__echo', arguments: { message: mark } }
  expect((await client.callTool(echo)).content).toMatchObject([{ text: `Echo: ${mark}` }])

  const path = join(folder, 'files', `${mark}.txt`)
  await client.callTool({ name: 'files__write_file', arguments: { path, content: `by ${mark}` } })
  expect(await readFile(path, 'utf8')).toBe(`by ${mark}`)
  const read = await client.callTool({ name: 'files__read_text_file', arguments: { path } })
  expect(read.content).toMatchObject([{ text: `by ${mark}` }])

  const entities = [{ name: mark, entityType: 'test', observations: ['seen'] }]
  await client.callTool({ name: 'memory__create_entities', arguments: { entities } })
  const graph = await client.callTool({ name: 'memory__read_graph', arguments: {} })
  expect(JSON.stringify(graph)).toContain(mark)

  const prompt = await client.getPrompt({
    name: 'everything__args-prompt',
    arguments: { city: 'Bern' },
  })
  expect(JSON.stringify(prompt.messages)).toContain('Bern')
  const [resource] = (await client.listResources()).resources
  const { contents } = await client.readResource({ uri: resource?.uri ?? '' })
  expect(contents).toHaveLength(1)
  const item = await client.readResource({ uri: 'demo://resource/dynamic/text/7' })
  expect(item.contents).toMatchObject([{ uri: 'demo://resource/dynamic/text/7' }])
}

/** What the servers offer to a client of their own, without us. */
async function namesOfAll(): Promise<string[]> {
  const lists = Object.entries(servers()).map(async ([server, parameters]) => {
    // As we do for all who share a connection: the server has tools for clients that can be asked.
    const capabilities = { sampling: { tools: {} }, elicitation: { form: {}, url: {} } }
    const client = new Client({ name: 'direct', version: '1' }, { capabilities })
    await client.connect(new StdioClientTransport({ ...parameters, stderr: 'ignore' }))
    const { tools } = await client.listTools()
    await client.close()
    return tools.map((tool) => `${server}__${tool.name}`)
  })
  return (await Promise.all(lists)).flat()
}

async function inspect(...args: string[]): Promise<string> {
  const target = [metamcp.mcpUrl.href, '--transport', 'http']
  const header = ['--header', `Authorization: Bearer ${metamcp.key}`]
  const all = [INSPECTOR, '--cli', ...target, ...header, ...args]
  return (await promisify(execFile)(process.execPath, all)).stdout
}
