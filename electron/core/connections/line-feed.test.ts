import { expect, test, vi } from 'vitest'
import { openEchoPools } from '../testing/echo-pools.ts'
import { openLineFeed } from './line-feed.ts'

function feed(secret = 'hunter22') {
  const lines: string[] = []
  const mask = (text: string) => text.replaceAll(secret, '•••')
  const open = openLineFeed({ mask, onLines: (some) => void lines.push(...some) })
  return { lines, ...open, say: (text: string) => open.write(Buffer.from(text)) }
}

test('lines are joined over chunks, also within a character, and lose colours and secrets', () => {
  const { lines, say, write, end } = feed()
  say('on')
  say('e\r\n\n\u001b[31mtwo\u001b[0m hunt')
  say('er22\nthr')
  const [first, ...rest] = Buffer.from('é\n')
  write(Buffer.from([first ?? 0]))
  write(Buffer.from(rest))
  say('the last')
  expect(lines).toEqual(['one', 'two •••', 'thré'])
  end()
  end()
  expect(lines.slice(3)).toEqual(['the last'])
})

test('a secret of several lines is hidden, and a line without an end comes in pieces', () => {
  const { lines, say } = feed('first\nsecond')
  say('a first\nsecond b\n')
  expect(lines).toEqual(['a ••• b'])
  say('x'.repeat(20_000))
  expect(lines[1]).toMatch(/^x{4000}…$/)
})

test('of a flood the first lines are told, and how many more there were', () => {
  vi.useFakeTimers()
  try {
    const { lines, say, end } = feed()
    for (let chunk = 0; chunk < 100; chunk++) say('a line\n'.repeat(100))
    expect(lines).toHaveLength(1_000)
    vi.advanceTimersByTime(1_000)
    expect(lines[1_000]).toBe('… and 9000 more lines')
    say('calm again\n')
    expect(lines.at(-1)).toBe('calm again')
    end()
    expect(lines).toHaveLength(1_002)
  } finally {
    vi.useRealTimers()
  }
})

test('what a real process prints arrives, with its own secrets masked', async () => {
  const lines: string[] = []
  await using world = openEchoPools({
    onStderr: (id, some) => void lines.push(...some.map((line) => `${id}: ${line}`)),
  })
  const stderr = 'reading with sk-very-secret\nhalf a line'
  const id = world.define({ stderr }, { env: { API_TOKEN: 'sk-very-secret' } })
  await world.connect(id)
  await expect.poll(() => lines).toContain(`${id}: reading with •••`)
  await world.pools.remove(id)
  await expect.poll(() => lines).toContain(`${id}: half a line`)
})
