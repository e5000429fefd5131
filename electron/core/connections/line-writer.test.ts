import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { openLineWriter } from './line-writer.ts'

/** A pipe whose reader takes a piece each time it is told to. */
function openPipe(highWaterMark = 16) {
  const pieces: string[] = []
  let taken: (() => void) | undefined
  const stream = new Writable({
    highWaterMark,
    decodeStrings: false,
    write(text: string, _, done) {
      pieces.push(text)
      taken = done
    },
  })
  return { stream, pieces, read: () => taken?.() }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('what is written within one turn goes out together, in order', async () => {
  const { stream, pieces } = openPipe(1_000)
  const writer = openLineWriter(stream)
  for (const line of ['a\n', 'ü\n', 'c\n']) expect(writer.write(line)).toBeUndefined()
  expect(pieces).toEqual([])
  await turn()
  expect(pieces).toEqual(['a\nü\nc\n'])
})

test('what was taken can be handed on at once', () => {
  const { stream, pieces } = openPipe()
  const writer = openLineWriter(stream)
  void writer.write('last words\n')
  writer.flush()
  expect(pieces).toEqual(['last words\n'])
})

test('with a full pipe there is something to wait for, until it is read', async () => {
  const { stream, read } = openPipe(4)
  const writer = openLineWriter(stream)
  void writer.write('a long line\n')
  await turn()
  const isFull = writer.write('another\n')
  expect(isFull).toBeInstanceOf(Promise)
  read()
  await isFull
})

test('who waits for a full pipe is let go when it is gone', async () => {
  const { stream } = openPipe(4)
  const writer = openLineWriter(stream)
  void writer.write('a long line\n')
  await turn()
  const isFull = writer.write('another\n')
  stream.destroy()
  await isFull
  expect(() => writer.write('more\n')).toThrow('reads nothing any more')
})

test('a process that reads nothing is stuck once 64 MB wait for it, and a while has passed', async () => {
  // It holds its stdin and never reads it.
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await using _ = {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
  child.stdin.on('error', () => undefined)
  const patient = openLineWriter(child.stdin)
  const impatient = openLineWriter(child.stdin, 0)
  void impatient.write('x'.repeat(60_000_000))
  impatient.flush()
  expect(impatient.isStuck).toBe(false)
  void impatient.write('x'.repeat(20_000_000))
  expect(impatient.isStuck).toBe(true)
  impatient.flush()
  expect(patient.isStuck).toBe(false)
  void patient.write('x'.repeat(200_000_000))
  expect(patient.isStuck).toBe(true)
})
