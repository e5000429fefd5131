import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { KNOWN_CLIENTS } from '../electron/core/clients/catalogue/index.ts'
import { parseConfigFile } from '../electron/core/config-file.ts'
import { MIDDLEWARE_KINDS } from '../electron/core/gateway/middleware/kinds.ts'
import { readStart } from '../electron/host/read-start.ts'
import { DIRECT, discovery } from '../shared/endpoint.ts'

const root = resolve(import.meta.dirname, '..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const readme = read('README.md')
const agents = read('AGENTS.md')

test('the config file of the README is one', () => {
  const [, text = ''] = /```json\n([^]*?)```/.exec(readme) ?? []
  const file = parseConfigFile(text, {
    REMOTE_TOKEN: 'token',
    CI_KEY: `sk_mt_${'x'.repeat(64)}`,
  })
  expect(Object.keys(file.mcpServers)).toEqual(['files', 'remote'])
})

test('so is the one of its first three lines', () => {
  const [, text = ''] = /echo '(.*)' > mcp\.json/.exec(readme) ?? []
  expect(Object.keys(parseConfigFile(text, {}).mcpServers)).toEqual(['memory'])
})

test('the nginx that the documentation shows is the one that we ship', () => {
  const [, shown = ''] = /```nginx\n([^]*?)```/.exec(read('docs/replicas.md')) ?? []
  expect(shown).toBe(read('resources/docker/nginx.conf'))
})

/** What stands under a heading of the README. */
function section(heading: string): string {
  const [, text = ''] = new RegExp(`### ${heading}\n([^]*?)\n##`).exec(readme) ?? []
  return text
}

const SERVERS = '"mcpServers": { "files": { "command": "f" }, "github": { "command": "g" } }'

test('and what it says of namespaces and endpoints beside that', () => {
  const [, namespace = ''] = /```json\n([^]*?)```/.exec(section('What a namespace changes')) ?? []
  const [rateLimit = ''] = /"rateLimit": \{[^}]*\}/.exec(section('Limits of an endpoint')) ?? []
  const pinned = '"discovery": { "mode": "search", "pinned": ["files__write"] }'
  const endpoint = `{ "namespace": "default", ${rateLimit}, ${pinned} }`
  const places = `"namespaces": { "default": ${namespace} }, "endpoints": { "default": ${endpoint} }`
  const file = parseConfigFile(`{ ${SERVERS}, ${places} }`, {})
  expect(file.namespaces).toMatchObject({ default: { newTools: 'ask', changedTools: 'block' } })
  expect(file.endpoints).toMatchObject({ default: { rateLimit: { perMinute: 600 } } })
})

test('its ways to find tools, and the clients that search by themselves, are those there are', () => {
  const text = section('Finding tools')
  const modes = [...text.matchAll(/^- `(\w+)`:/gm)].map(([, mode]) => mode)
  expect(modes.toSorted()).toEqual(discovery.shape.mode.unwrap().options.toSorted())
  expect(text).toContain(`\`aboveTokens\` (${DIRECT.aboveTokens.toLocaleString('en')})`)
  const searching = KNOWN_CLIENTS.filter((client) => client.searchesTools)
  // The two editions of VS Code are said as one.
  const names = new Set(searching.map(({ name }) => name.replace(' Insiders', '')))
  const said = /by the name they give: ([^.]*)\./.exec(text.replaceAll(/\s+/g, ' '))?.[1] ?? ''
  expect(said.split(/, | and /).toSorted()).toEqual([...names].toSorted())
  expect(section('AI clients')).toContain(`_Connect_ knows ${KNOWN_CLIENTS.length} clients`)
})

test('the documentation of middlewares has all of them, with their options', () => {
  const text = read('docs/middleware.md')
  const [table = ''] = /^\| `use` [^]*?\n\n/m.exec(text) ?? []
  const rows = [...table.matchAll(/^\| `([a-z-]+)` .*\|([^|]*)\|$/gm)].filter(
    ([, use]) => use !== 'use',
  )
  const said = rows.map(([, use, options = '']) => [
    use,
    [...options.matchAll(/`(\w+)`/g)].map(([, name]) => name).toSorted(),
  ])
  const there = MIDDLEWARE_KINDS.map(({ use, options }) => [
    use,
    Object.keys(z.toJSONSchema(options, { io: 'input' }).properties ?? {}).toSorted(),
  ])
  expect(said).toEqual(there)

  const [, example = ''] = /```json\n([^]*?)```/.exec(text) ?? []
  const { namespaces } = parseConfigFile(`{ ${SERVERS}, ${example} }`, {})
  const entries = namespaces['default']?.middleware ?? []
  expect(entries.length).toBeGreaterThan(0)
  for (const { use, enabled: _, ...options } of entries) {
    const kind = MIDDLEWARE_KINDS.find((one) => one.use === use)
    if (kind) expect(kind.options.safeParse(options)).toMatchObject({ success: true })
    else expect(existsSync(join(root, 'docs/examples', use))).toBe(true)
  }
})

test('its table of arguments and variables is what --help says', () => {
  const help = readStart({ args: ['--help'], env: {}, foreignSwitches: 'refuse' })
  const said = help.kind === 'help' ? help.text : ''
  const names = (text: string) => new Set(text.match(/--[a-z-]+(?= [A-Z]|`)|METAMCP_[A-Z_]+/g))
  const [, table = ''] = /### Arguments and environment\n([^]*?)\nArguments go/.exec(readme) ?? []
  expect(names(table)).toEqual(names(said))
})

test('every folder of its map is there', () => {
  const [, map = ''] = /## The map\n+```\n([^]*?)```/.exec(readme) ?? []
  const folders: string[] = []
  const missing: string[] = []
  for (const line of map.split('\n')) {
    const depth = line.search(/\S/) / 2
    const names = /^\s*((?:[\w-]+\/\s*)+)/.exec(line)?.[1]?.trim().split(/\s+/) ?? []
    for (const name of names) {
      folders.length = depth
      folders[depth] = name
      if (!existsSync(join(root, ...folders))) missing.push(folders.join(''))
    }
  }
  expect(folders.length).toBeGreaterThan(0)
  expect(missing).toEqual([])
})

test('every feature of the core is on the map', () => {
  const [, map = ''] = /## The map\n+```\n([^]*?)```/.exec(readme) ?? []
  const folders = readdirSync(join(root, 'electron/core'), { withFileTypes: true })
  for (const folder of folders) if (folder.isDirectory()) expect(map).toContain(`${folder.name}/`)
})

test('every npm script that README and AGENTS name exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = `${readme}${agents}`.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:]+)/g)
  for (const [, name = ''] of named) expect(Object.keys(scripts)).toContain(name)
})

test('every file in backquotes exists', () => {
  const files = `${readme}${agents}`.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.tsx?|\.[\w-]+\.mjs)`/g)
  const places = ['', 'electron', 'electron/core', 'renderer/src']
  for (const [, file = ''] of files) {
    const isThere = places.some((place) => existsSync(join(root, place, file)))
    expect(isThere, file).toBe(true)
  }
})

test('every picture of the README is there', () => {
  const pictures = [...readme.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, file = '']) => file)
  expect(pictures.length).toBeGreaterThan(0)
  expect(pictures.filter((file) => !existsSync(join(root, file)))).toEqual([])
})

test('AGENTS.md stays short enough to be read', () => {
  expect(agents.split('\n').length).toBeLessThanOrEqual(120)
})
