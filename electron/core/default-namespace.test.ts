import { expect, test } from 'vitest'
import { configFile } from '../../shared/config-file.ts'
import { withDefaultNamespace } from './default-namespace.ts'

const plain = configFile.parse({ mcpServers: { a: { command: 'a' }, b: { command: 'b' } } })
const isServer = (name: string) => name === 'a'

test('new servers of a plain mcp.json join those that are in the namespace already', () => {
  const file = withDefaultNamespace(plain, { isServer, members: ['x'] })
  expect(file.namespaces).toEqual({ default: { servers: [{ name: 'x' }, { name: 'b' }] } })
})

test('a server that was there before, and may have been taken out, is not put back', () => {
  expect(withDefaultNamespace(plain, { isServer: () => true, members: [] })).toBe(plain)
})

test('a file that names namespaces means what it says', () => {
  const file = configFile.parse({ ...plain, namespaces: { mine: { servers: ['a'] } } })
  expect(withDefaultNamespace(file, { isServer, members: [] })).toBe(file)
})
