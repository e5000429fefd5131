import { expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { openShelf } from './shelf.ts'

type Thing = { id: string; name: string; tags: string[] }

const thing = (id: string, name: string): Thing => ({ id, name, tags: ['a'] })

test('values are copies that nobody can change by accident', async () => {
  const shelf = await openShelf<Thing>(() => Promise.resolve([]))
  const mine = thing('1', 'one')
  shelf.put(mine)
  mine.tags.push('mine')
  expect(() => shelf.get('1')?.tags.push('theirs')).toThrow(TypeError)
  shelf.list().pop()
  expect(shelf.list()).toEqual([thing('1', 'one')])
})

test('looks up by what is there now, and lists in order of names', async () => {
  const shelf = await openShelf(() => Promise.resolve([thing('1', 'b'), thing('2', 'a')]))
  const byFirstLetter = shelf.indexBy(({ name }) => name.charAt(0))
  expect(shelf.list().map(({ name }) => name)).toEqual(['a', 'b'])
  expect(byFirstLetter('b')?.id).toBe('1')
  shelf.put(thing('1', 'c'))
  shelf.drop('2')
  expect(shelf.byName('b')).toBeUndefined()
  expect(shelf.byName('c')?.id).toBe('1')
  expect(byFirstLetter('a')).toBeUndefined()
})

test('reloading tells which values are different', async () => {
  let stored = [thing('1', 'a'), thing('2', 'b'), thing('3', 'c')]
  const shelf = await openShelf(() => Promise.resolve(stored))
  stored = [thing('1', 'a'), thing('2', 'B'), thing('4', 'd')]
  expect((await shelf.reload()).sort()).toEqual(['2', '3', '4'])
  expect(shelf.list()).toEqual([stored[1], stored[0], stored[2]])
})

test('work runs one after the other, also after work that failed', async () => {
  const shelf = await openShelf<Thing>(() => Promise.resolve([]))
  const steps: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = shelf.inTurn(async () => {
    await gate.promise
    steps.push('first')
    throw new Error('on purpose')
  })
  const second = shelf.inTurn(() => Promise.resolve(steps.push('second')))
  gate.resolve()
  await expect(first).rejects.toThrow('on purpose')
  await second
  expect(steps).toEqual(['first', 'second'])
})

test('a change that was stored and failed all the same is seen', async () => {
  let stored = [thing('1', 'a')]
  const shelf = await openShelf(() => Promise.resolve(stored))
  const fail = async (error: Error) => {
    stored = [thing('1', stored[0]?.name === 'b' ? 'c' : 'b')]
    await expect(shelf.inTurn(() => Promise.reject(error))).rejects.toBe(error)
    return shelf.get('1')?.name
  }
  expect(await fail(new AppError('unavailable', 'The disk is full.'))).toBe('b')
  expect(await fail(new Error('unforeseen'))).toBe('c')
  // Refused before anything was stored: nothing is read.
  expect(await fail(new AppError('conflict', 'No.'))).toBe('c')
})
