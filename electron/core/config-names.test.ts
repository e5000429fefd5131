import { expect, test } from 'vitest'
import { configFile } from '../../shared/config-file.ts'
import { splitToolKey, unknownNames } from './config-names.ts'
import { problemText } from './problems.ts'

const stored = {
  servers: new Set(['old']),
  namespaces: new Map([['kept', ['old']]]),
  endpoints: new Set(['stood']),
}

function unknownIn(file: object): string[] {
  return unknownNames(configFile.parse(file), stored).map(problemText)
}

test('names may be those of the file or of what is stored', () => {
  const file = {
    mcpServers: { fresh: { command: 'x' } },
    namespaces: {
      new: { servers: ['fresh', 'old'], tools: { fresh__a: {}, old__b__c: {} } },
      kept: { tools: { old__a: {} } },
    },
    endpoints: { a: { namespace: 'new' }, b: { namespace: 'kept' }, stood: { prefix: false } },
    apiKeys: { k: { key: 'x', endpoints: ['a', 'stood'] }, l: { key: 'x', endpoints: 'all' } },
  }
  expect(unknownIn(file)).toEqual([])
})

test('a name that nobody knows is told with its place', () => {
  const file = {
    mcpServers: { fresh: { command: 'x' } },
    namespaces: {
      new: {
        servers: ['old', { name: 'toString' }],
        tools: { fresh__a: {}, a: {}, __a: {}, old__: {} },
      },
      kept: { tools: { fresh__a: {} } },
    },
    endpoints: { a: { namespace: 'nope' }, b: {} },
    apiKeys: { k: { key: 'x', endpoints: ['a', 'nope'] } },
  }
  expect(unknownIn(file)).toEqual([
    'namespaces.new.servers[1]: there is no server named "toString"',
    'namespaces.new.tools.fresh__a: the server "fresh" is not in this namespace',
    'namespaces.new.tools.a: is not of the form <server>__<tool>',
    'namespaces.new.tools.__a: is not of the form <server>__<tool>',
    'namespaces.new.tools.old__: is not of the form <server>__<tool>',
    'namespaces.kept.tools.fresh__a: the server "fresh" is not in this namespace',
    'endpoints.a.namespace: there is no namespace named "nope"',
    'endpoints.b.namespace: is missing',
    'apiKeys.k.endpoints[1]: there is no endpoint named "nope"',
  ])
})

test.each([
  ['a__b', 'a', 'b'],
  ['a_b__c', 'a_b', 'c'],
  ['a___b', 'a', '_b'],
  ['a__b__c', 'a', 'b__c'],
])('%s', (key, server, tool) => {
  expect(splitToolKey(key)).toEqual({ server, tool })
})
