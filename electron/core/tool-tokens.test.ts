import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, test } from 'vitest'
import { readTools } from '../../bench/search/recall.ts'
import { openLog } from './log.ts'
import { deepFreeze } from './shelf.ts'
import { openTokenThread, type TokenThread } from './token-thread.ts'
import { openToolTokens } from './tool-tokens.ts'

const log = openLog('silent')

/** A thread starts slowly where other tests run beside it. */
const PATIENT = { timeout: 15_000 }

/** As they are, with what was counted and how often it was told. */
function openCounted(thread: Pick<TokenThread, 'count'> = openTokenThread()) {
  const counted: string[][] = []
  let told = 0
  const tokens = openToolTokens({
    ...{ log, gatherMs: 1, onCounted: () => void (told += 1) },
    thread: {
      count(texts) {
        counted.push([...texts])
        return thread.count(texts)
      },
    },
  })
  return { ...tokens, counted, told: () => told }
}

describe('what tools cost', () => {
  test('is what the encoding says of them, within two percent', async () => {
    const tools = readTools().slice(0, 200)
    const { sum, of } = openCounted()
    const whole = tools.reduce((total, tool) => total + countTokens(JSON.stringify(tool)), 0)
    const said = await sum(tools)
    expect(Math.abs(said - whole) / whole).toBeLessThan(0.02)
    for (const tool of tools) {
      const own = countTokens(JSON.stringify(tool))
      expect(Math.abs(of(tool) - own)).toBeLessThanOrEqual(Math.max(3, own * 0.05))
    }
  })

  test('is estimated at once, counted soon, and told once it is known', async () => {
    const tokens = openCounted()
    const tool = { name: 'weather', description: '天气预报。'.repeat(50) }
    const estimate = tokens.of(tool)
    await expect.poll(tokens.told, PATIENT).toBe(1)
    const known = tokens.of(tool)
    expect(known).toBeGreaterThan(estimate)
    expect(known).toBe(await tokens.sum([tool]))
    expect(tokens.told()).toBe(1)
  })

  test('is counted once for each of its parts, in whichever list they are', async () => {
    const tokens = openCounted()
    const stored = deepFreeze({ name: 'a', inputSchema: { type: 'object', properties: {} } })
    await tokens.sum([stored])
    await tokens.sum([{ ...stored, name: 'one__a' }, { ...stored }])
    expect(tokens.counted.map((texts) => texts.length)).toEqual([2, 1])
    const annotations = () => ({ ...stored, annotations: { readOnlyHint: true } })
    await tokens.sum([annotations()])
    await tokens.sum([annotations()])
    expect(tokens.counted.length).toBe(3)
  })

  test('stays an estimate where it cannot be counted', async () => {
    const broken = { count: () => Promise.reject(new Error('no thread')) }
    const tokens = openCounted(broken)
    const tool = { name: 'x'.repeat(93) }
    expect(await tokens.sum([tool])).toBe(26)
    expect(tokens.of(tool)).toBe(26)
    expect(tokens.counted.length).toBe(1)
    expect(tokens.told()).toBe(0)
  })
})

describe('the thread that counts', () => {
  test('ends without work, and is there again for more', async () => {
    const thread = openTokenThread(1)
    expect(await thread.count(['hello world', '', '<|endoftext|>'])).toEqual([2, 0, 7])
    expect(thread.isRunning).toBe(true)
    await expect.poll(() => thread.isRunning, PATIENT).toBe(false)
    expect(await thread.count(['hello world'])).toEqual([2])
  })

  test('is not held up by a text without a gap', async () => {
    const [count] = await openTokenThread().count(['a'.repeat(200_000)])
    expect(count).toBeGreaterThan(1_000)
  })
})
