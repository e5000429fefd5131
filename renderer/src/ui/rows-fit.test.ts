import { expect, test } from 'vitest'
import type { Column } from './row-props.ts'
import { fitting } from './rows-fit.ts'

const column = (key: string, rest: Partial<Column<string>> = {}): Column<string> => ({
  ...{ key, label: key, render: () => key },
  ...rest,
})

const columns = [
  column('name', { minWidth: 100 }),
  column('made', { width: 80, yields: 1 }),
  column('used', { yields: 2 }),
  column('more', { width: 28 }),
]

const keysAt = (width: number) => fitting(columns, width).map(({ key }) => key)

test('all columns are there while each has room', () => {
  // 100 + 80 + 96 + 28, three gaps of 12, and 32 at the sides.
  expect(keysAt(372)).toEqual(['name', 'made', 'used', 'more'])
  expect(keysAt(Infinity)).toHaveLength(4)
})

test('those that yield leave one by one, the lowest number first', () => {
  expect(keysAt(371)).toEqual(['name', 'used', 'more'])
  expect(keysAt(280)).toEqual(['name', 'used', 'more'])
  expect(keysAt(279)).toEqual(['name', 'more'])
})

test('those that do not yield stay, however narrow it is', () => {
  expect(keysAt(10)).toEqual(['name', 'more'])
})
