import { expect, test } from 'vitest'
import type { ItemKind, ItemRule } from '../../../shared/namespace.ts'
import { offResources } from './off-resources.ts'

const off = (kind: ItemKind, item: string): ItemRule => ({
  ...{ serverId: 's', kind, item, enabled: false },
  ...{ name: null, title: null, description: null },
})
const offTemplates = (items: string[], listed: string[] = []) =>
  offResources(
    items.map((item) => off('template', item)),
    [...items, ...listed],
  )

test('nothing is off where no rule says so', () => {
  expect(offResources([], ['demo://{id}'])('demo://1')).toBe(false)
})

test('a resource is off in whatever way its URI is written', () => {
  const isOff = offResources([off('resource', 'file:///a/secret')], [])
  for (const uri of [
    ...['file:///a/secret', 'FILE:///a/secret', 'file:///a/./secret', 'file:///b/../a/secret'],
    ...['file:///a/s%65cret', 'file:///a/%73ecret', 'file:///a/s%2565cret', 'file:/a/secret'],
    ...['file:///a//secret', 'file:////a/secret', 'file://localhost/a/secret', 'file:///A/Secret'],
    ...['file:///a/secret#x', 'file:///a/secret?x', 'file:///a/secret?/../b', 'file:///a/secret/'],
    ...[
      'file:///a%2fsecret',
      'file:///a\\secret',
      'file:///b/%252e%252e/a/secret',
      ' file:///a/secret',
    ],
  ]) {
    expect([uri, isOff(uri)]).toEqual([uri, true])
  }
  const others = ['file:///a/secrets', 'file:///a/', 'file:///a/secret/x', 'a/secret', '%', '']
  for (const uri of [...others, 'file:///a?secret', 'file:///secret', 'file:///b#/a/secret']) {
    expect([uri, isOff(uri)]).toEqual([uri, false])
  }
})

test('what a template may stand for is off with it, and its own text is', () => {
  const isOff = offTemplates(['demo://item/{id}/raw'])
  expect(isOff('demo://item/{id}/raw')).toBe(true)
  expect(isOff('demo://item/7/raw')).toBe(true)
  expect(isOff('demo://%69tem/7/raw')).toBe(true)
  expect(isOff('demo://item/7')).toBe(false)
  expect(isOff('demo://item/raw')).toBe(false)
  expect(offTemplates(['{+anything}'])('x:y')).toBe(true)
})

test('of two templates that fit, the one that says more decides; in doubt it is off', () => {
  const narrow = offTemplates(['demo://item/{id}'], ['demo://{+path}'])
  expect([narrow('demo://item/7'), narrow('demo://other')]).toEqual([true, false])
  const wide = offTemplates(['demo://{+path}'], ['demo://item/{id}'])
  expect([wide('demo://item/7'), wide('demo://other')]).toEqual([false, true])
  expect(offTemplates(['demo://item/{id}'], ['demo://item/{name}'])('demo://item/7')).toBe(true)
})
