import { expect, test } from 'vitest'
import { openStderrTail } from './stderr-tail.ts'

test('keeps the last 64 KB, cut between characters', () => {
  const tail = openStderrTail()
  for (let number = 0; number < 50; number++) tail.write(Buffer.from('é'.repeat(4_000)))
  tail.write(Buffer.from('.'))
  expect(tail.text()).toBe(`${'é'.repeat(32_767)}.`)
})

test('quotes the last lines of this run only, without colours', () => {
  const tail = openStderrTail()
  expect(tail.lastLines()).toBe('')
  tail.write(Buffer.from('old\n'))
  tail.beginRun()
  expect(tail.lastLines()).toBe('')
  for (let line = 1; line <= 20; line++)
    tail.write(Buffer.from(`\u001b[1mline ${line}\u001b[0m\n\n`))
  expect(tail.lastLines().split('\n')).toEqual(
    Array.from({ length: 10 }, (_, index) => `line ${index + 11}`),
  )
  expect(tail.text()).toMatch(/^old\n/)
})

test('a single endless line is cut as well', () => {
  const tail = openStderrTail()
  tail.write(Buffer.from('x'.repeat(10_000)))
  expect(tail.lastLines()).toBe(`…${'x'.repeat(2_000)}`)
})
