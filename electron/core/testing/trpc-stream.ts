import { expect } from 'vitest'
import type { TempCore } from './temp-core.ts'

/** All that a subscription says, as bytes. */
export async function openStream(core: TempCore, path: string, headers: Record<string, string>) {
  const url = `${core.url}/trpc/frontend/${path}?input=${encodeURIComponent('{}')}`
  const response = await fetch(url, { headers: { ...headers, accept: 'text/event-stream' } })
  expect(response.status).toBe(200)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const reading = (async () => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      text += part.value
    }
  })().catch(() => undefined)
  await expect.poll(() => text).toContain('connected')
  return {
    text: () => text,
    async close() {
      await reader?.cancel()
      await reading
    },
  }
}
