import { expect, test } from 'vitest'
import { accessOf } from '../access.ts'
import type { ServerInput } from '../../../shared/server.ts'
import { addingParts } from '../testing/adding-parts.ts'
import { foundLines } from '../testing/found-lines.ts'
import { openAdding, type AddingOptions } from './adding.ts'

const OPERATOR = accessOf({ kind: 'local' })

function open(options: Partial<AddingOptions> = {}) {
  const created: { servers: ServerInput[]; namespaceId: string | null }[] = []
  const adding = openAdding({
    env: { HOME: '/home/ada', SET_TOKEN: 'value-of-the-environment' },
    takenNames: () => ['github'],
    isOwnUrl: (url) => url.startsWith('http://127.0.0.1:12008/metamcp/'),
    create: (_, servers, namespaceId) => {
      created.push({ servers, namespaceId })
      return Promise.resolve(servers.map(({ name }) => `id-of-${name}`))
    },
    ...addingParts(),
    ...options,
  })
  return { adding, created }
}

const NPX = { command: 'npx', args: ['-y', 'memo'] }

test('what is wrong with one entry is said with its line, and the others stay', () => {
  const text =
    '{"mcpServers": {\n"memo": {"command": "npx"},\n"bad": {"command": "x",\n"args": "nope"}}}'
  expect(foundLines(open().adding.readText(OPERATOR, text))).toEqual([
    'memo: npx',
    'bad! line 4: "args" must be a list of texts',
  ])
})

test('lines are known in TOML and YAML, too', () => {
  const toml = '[mcp_servers.a]\ncommand = "uvx"\nargs = 3\n'
  expect(foundLines(open().adding.readText(OPERATOR, toml))).toEqual([
    'a! line 3: "args" must be a list of texts',
  ])
  const yaml = 'mcpServers:\n  a:\n    command: x\n    env: 3\n'
  expect(foundLines(open().adding.readText(OPERATOR, yaml))).toEqual([
    'a! line 4: "env" must be an object of texts',
  ])
})

test('an address of our own is refused: it would call itself', () => {
  const found = open().adding.readText(OPERATOR, 'http://127.0.0.1:12008/metamcp/default/mcp')
  expect(foundLines(found)).toEqual(['127-0-0-1-12008! this is MetaMCP itself'])
  const url = 'http://127.0.0.1:12008/metamcp/default/mcp'
  const args = ['/opt/scripts/metamcp.mjs', 'stdio']
  const bridges = {
    ours: { command: 'node', args },
    other: { command: 'npx', args: ['mcp-remote', url, '--debug'] },
    elsewhere: { command: 'node', args: [...args, '--data-dir', '/other'] },
  }
  expect(foundLines(open().adding.readText(OPERATOR, JSON.stringify(bridges)))).toEqual([
    'ours! line 1: this is MetaMCP itself',
    'other! line 1: this is MetaMCP itself',
    'elsewhere: node /opt/scripts/metamcp.mjs stdio --data-dir /other',
  ])
})

test('placeholders are values to give, and secrets are not repeated', async () => {
  const { adding, created } = open()
  const found = adding.readText(
    OPERATOR,
    JSON.stringify({
      mcpServers: {
        one: {
          command: 'run',
          args: ['--api-key', 'sk-abcdefghijklmnop', '--in', '/path/to/notes', '${SET_TOKEN}'],
          env: { A_TOKEN: '<YOUR_TOKEN>', B_KEY: '', OWN: 'a-real-secret-value', REF: '${UNSET}' },
        },
        two: {
          url: 'https://your-team.example.com/mcp?token=secret-in-the-address',
          headers: { Authorization: 'Bearer YOUR_API_KEY' },
        },
      },
    }),
  )
  const said = JSON.stringify(found)
  for (const secret of ['a-real-secret-value', 'sk-abcdefghijklmnop', 'secret-in-the-address']) {
    expect(said).not.toContain(secret)
  }
  expect(found.entries.map(({ needs }) => needs.map(({ id }) => id))).toEqual([
    ['/path/to/notes', 'A_TOKEN', 'B_KEY', 'UNSET'].map((id) => id.replace('/path/to/', '')),
    ['your-team', 'YOUR_API_KEY'],
  ])
  expect(found.entries[0]?.reads).toEqual(['SET_TOKEN'])
  const values = { notes: '/n', A_TOKEN: 'a', B_KEY: 'b', UNSET: 'u' }
  const ids = await adding.add(OPERATOR, {
    token: found.token ?? '',
    choices: [
      { key: '0', name: 'first', values },
      { key: '1', name: 'second', values: { 'your-team': 'acme', YOUR_API_KEY: 'k' } },
    ],
    namespaceId: 'n',
  })
  expect(ids).toEqual(['id-of-first', 'id-of-second'])
  expect(created[0]?.namespaceId).toBe('n')
  expect(created[0]?.servers).toMatchObject([
    {
      name: 'first',
      args: ['--api-key', 'sk-abcdefghijklmnop', '--in', '/n', '${SET_TOKEN}'],
      env: { A_TOKEN: 'a', B_KEY: 'b', OWN: 'a-real-secret-value', REF: 'u' },
    },
    {
      name: 'second',
      url: 'https://acme.example.com/mcp?token=secret-in-the-address',
      headers: { Authorization: 'Bearer k' },
    },
  ])
})

test("VS Code's inputs say what they ask for", () => {
  const found = open().adding.readText(
    OPERATOR,
    JSON.stringify({
      servers: { a: { command: 'x', args: ['${input:region}'] } },
      inputs: [
        {
          id: 'region',
          type: 'pickString',
          description: 'Where',
          options: ['eu', { label: 'United States', value: 'us' }],
        },
      ],
    }),
  )
  expect(found.entries[0]?.needs).toMatchObject([
    { id: 'region', description: 'Where', choices: ['eu', 'us'] },
  ])
})

test('a variable that docker hands on has to be given to it', () => {
  const found = open().adding.readText(OPERATOR, 'docker run -i -e A_TOKEN -e SET_TOKEN mcp/a')
  expect(found.entries[0]?.needs.map(({ id }) => id)).toEqual(['A_TOKEN'])
  expect(found.entries[0]?.reads).toEqual(['SET_TOKEN'])
})

test('a missing value is refused with its name, and nothing is made', async () => {
  const { adding, created } = open()
  const { token } = adding.readText(OPERATOR, 'A_TOKEN=YOUR_TOKEN npx memo')
  const add = (values: Record<string, string>) =>
    adding.add(OPERATOR, {
      token: token ?? '',
      choices: [{ key: '0', name: 'memo', values }],
      namespaceId: null,
    })
  await expect(add({})).rejects.toThrow('memo.A_TOKEN: needs a value')
  expect(created).toEqual([])
  await add({ A_TOKEN: 'x' })
  expect(created[0]?.servers).toMatchObject([{ env: { A_TOKEN: 'x' } }])
})

test('names that exist, or do not fit, are changed and it is said', () => {
  const { entries } = open().adding.readText(
    OPERATOR,
    JSON.stringify({ GitHub: NPX, 'my server!': NPX, 'my-server': NPX }),
  )
  expect(entries.map(({ willBeCalled, notes }) => [willBeCalled, ...notes])).toEqual([
    ['GitHub-2', 'name-taken'],
    ['my-server', 'name-changed'],
    ['my-server-2', 'name-taken'],
  ])
})

test('what was read is forgotten after ten minutes', async () => {
  let now = 0
  const { adding } = open({ now: () => now })
  const { token } = adding.readText(OPERATOR, 'npx memo')
  now = 10 * 60_000
  const late = adding.add(OPERATOR, {
    token: token ?? '',
    choices: [{ key: '0', name: 'memo', values: {} }],
    namespaceId: null,
  })
  await expect(late).rejects.toThrow('Paste it once more.')
})
