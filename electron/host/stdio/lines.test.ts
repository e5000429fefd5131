import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { onLines } from './lines.ts'

async function linesOf(...chunks: Buffer[]): Promise<string[]> {
  const input = new PassThrough()
  const lines: string[] = []
  onLines(input, (line) => lines.push(line))
  for (const chunk of chunks) input.write(chunk)
  input.end()
  await finished(input)
  return lines
}

test('lines are found wherever chunks end, also within a character', async () => {
  const text = Buffer.from('{"a":"ü"}\r\n\n{"b":1}\n{"c":2}')
  const whole = ['{"a":"ü"}', '{"b":1}', '{"c":2}']
  expect(await linesOf(text)).toEqual(whole)
  expect(await linesOf(...Array.from(text, (byte) => Buffer.from([byte])))).toEqual(whole)
})

test('only a newline ends one: JSON may hold other separators as they are', async () => {
  const line = JSON.stringify({ text: '\u2028\u2029\u0085' })
  expect(await linesOf(Buffer.from(`${line}\n`))).toEqual([line])
})
