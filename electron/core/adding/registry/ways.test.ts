import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { serverDefinition } from '../../../../shared/server.ts'
import type { Draft } from '../draft.ts'
import { serverJson } from './server-json.ts'
import { shortWay, waysOf } from './ways.ts'

const stdio = { transport: { type: 'stdio' } }

function waysIn(fields: object) {
  return waysOf(serverJson.parse({ name: 'com.acme/mcp', description: 'Does it', ...fields }))
}

/** The only way; a test that means another one looks at the list. */
function onlyWay(fields: object): Draft {
  const [way] = waysIn(fields)
  if (!way || 'problem' in way) throw new Error(way?.problem ?? 'there is no way')
  return way
}

test('an npm package runs by npx, with its values where they belong', async () => {
  const way = onlyWay({
    packages: [
      {
        ...{ registryType: 'npm', identifier: '@acme/mcp', version: '1.2.3', ...stdio },
        packageArguments: [
          { type: 'positional', valueHint: 'folder', isRequired: true, format: 'filepath' },
          { type: 'named', name: '--mode', value: 'fast' },
          { type: 'named', name: '--port', default: '80' },
          { type: 'named', name: '--verbose' },
          { type: 'named', name: '--left-out', description: 'x', placeholder: 'y' },
          { type: 'named', name: '--dry', format: 'boolean' },
        ],
        environmentVariables: [
          { name: 'ACME_TOKEN', isRequired: true, isSecret: true, description: 'A token' },
          { name: 'REGION', choices: ['eu', 'us'], default: 'eu' },
          { name: 'NONE' },
        ],
      },
    ],
  })
  expect(way.name).toBe('acme')
  expect(way.needs.map(({ id, required, secret, kind }) => [id, required, secret, kind])).toEqual([
    ['folder', true, false, 'file'],
    ['port', false, false, 'text'],
    ['left-out', false, false, 'text'],
    ['dry', false, false, 'boolean'],
    ['ACME_TOKEN', true, true, 'text'],
    ['REGION', false, false, 'text'],
    ['NONE', false, false, 'text'],
  ])
  expect(way.shown).toMatchObject({
    args: ['-y', '@acme/mcp@1.2.3', '‹folder›', '--mode', 'fast', '--port', '80', '--verbose'],
    env: { ACME_TOKEN: '‹ACME_TOKEN›', REGION: 'eu' },
  })
  expect(await way.build({ folder: '/f', ACME_TOKEN: 't', dry: 'true', REGION: 'us' })).toEqual({
    type: 'STDIO',
    command: 'npx',
    args: ['-y', '@acme/mcp@1.2.3', '/f', '--mode', 'fast', '--port', '80', '--verbose', '--dry'],
    env: { ACME_TOKEN: 't', REGION: 'us' },
  })
  expect(() => way.build({ folder: '/f' })).toThrow('ACME_TOKEN: needs a value')
  expect(() => way.build({ folder: '/f', ACME_TOKEN: 't', REGION: 'x' })).toThrow(
    'must be one of eu, us',
  )
})

test.each([
  [{ registryType: 'pypi', identifier: 'acme', version: '2.0' }, 'uvx acme@2.0'],
  [{ registryType: 'nuget', identifier: 'Acme', version: '2.0' }, 'dnx Acme@2.0 --yes --'],
  [
    {
      registryType: 'oci',
      identifier: 'acme/mcp',
      version: '2',
      registryBaseUrl: 'https://ghcr.io',
    },
    'docker run -i --rm ghcr.io/acme/mcp:2',
  ],
  [
    { registryType: 'oci', identifier: 'docker.io/acme/mcp:3' },
    'docker run -i --rm docker.io/acme/mcp:3',
  ],
])('%o runs as it should', (source, expected) => {
  const { shown } = onlyWay({ packages: [{ ...source, ...stdio }] })
  expect(shown.type === 'STDIO' && [shown.command, ...(shown.args ?? [])].join(' ')).toBe(expected)
})

test('docker hands on the variables, and takes what it is told to mount', async () => {
  const way = onlyWay({
    packages: [
      {
        ...{ registryType: 'oci', identifier: 'acme/mcp', ...stdio },
        runtimeArguments: [
          {
            ...{ type: 'named', name: '--mount', value: 'type=bind,src={from},dst=/data' },
            variables: { from: { isRequired: true, format: 'filepath' } },
          },
        ],
        environmentVariables: [{ name: 'TOKEN', isSecret: true }, { name: 'UNUSED' }],
      },
    ],
  })
  expect(await way.build({ from: '/srv', TOKEN: 't' })).toMatchObject({
    args: 'run -i --rm --mount type=bind,src=/srv,dst=/data -e TOKEN acme/mcp'.split(' '),
    env: { TOKEN: 't' },
  })
})

test('an address is filled in, and its headers are secrets unless they are given', async () => {
  const way = onlyWay({
    remotes: [
      {
        ...{ type: 'streamable-http', url: 'https://{tenant}.acme.com/{other}/mcp' },
        variables: { tenant: { isRequired: true } },
        headers: [
          {
            ...{ name: 'Authorization', value: 'Bearer {key}' },
            variables: { key: { isRequired: true, isSecret: true } },
          },
          { name: 'X-Optional' },
        ],
      },
    ],
  })
  expect(way.needs.map(({ id, secret }) => [id, secret])).toEqual([
    ['tenant', false],
    ['key', true],
    ['X-Optional', true],
  ])
  expect(await way.build({ tenant: 'a', key: 'k' })).toEqual({
    type: 'STREAMABLE_HTTP',
    url: 'https://a.acme.com/{other}/mcp',
    headers: { Authorization: 'Bearer k' },
  })
})

test('of several ways the first is ticked, and what cannot be run comes last with its reason', () => {
  const ways = waysIn({
    packages: [
      { registryType: 'cargo', identifier: 'acme', ...stdio },
      { registryType: 'oci', identifier: 'acme/mcp', ...stdio },
      { registryType: 'npm', identifier: 'acme', transport: { type: 'streamable-http' } },
      { registryType: 'npm', identifier: 'acme', ...stdio },
    ],
    remotes: [{ type: 'sse', url: 'https://acme.com/sse' }],
  })
  const shown = ways.map((way) => {
    if ('problem' in way) return way.problem.split(' ').slice(0, 3).join(' ')
    return `${way.shown.type === 'STDIO' ? way.shown.command : way.shown.type} ${way.ticked ?? true}`
  })
  expect(shown).toEqual(['npx true', 'docker false', 'SSE false', 'It comes from', '"acme" is a'])
})

test('every server of the list that is shipped makes a sound definition', async () => {
  const file = resolve(import.meta.dirname, '../../../../resources/registry-starter.json')
  const { servers } = JSON.parse(await readFile(file, 'utf8')) as { servers: unknown[] }
  const names = new Set<string>()
  for (const one of servers) {
    const server = serverJson.parse(one)
    names.add(server.name)
    expect(shortWay(server)).not.toBeNull()
    for (const way of waysOf(server)) {
      if ('problem' in way) throw new Error(`${server.name}: ${way.problem}`)
      const values = Object.fromEntries(way.needs.map(({ id }) => [id, 'value']))
      serverDefinition.parse({ ...(await way.build(values)), name: way.name })
    }
  }
  expect(names.size).toBe(servers.length)
})
