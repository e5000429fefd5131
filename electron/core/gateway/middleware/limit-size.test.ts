import { expect, test } from 'vitest'
import type { JsonObject } from '../../json-rpc.ts'
import type { Call } from '../call.ts'
import { runMiddlewares, textResult } from '../../testing/run-middleware.ts'

const LIMIT = { use: 'limit-size', characters: 500 }
const picture = { type: 'image', data: 'x'.repeat(5_000), mimeType: 'image/png' }

type Items = { type: string; text: string }[]
const itemsOf = (result: JsonObject) => result.content as Items
const nextOf = (result: JsonObject) => {
  const [, json] = /call read_more with (\{.*\})\.\]$/.exec(itemsOf(result)[1]?.text ?? '') ?? []
  return json === undefined ? null : (JSON.parse(json) as JsonObject)
}

test('a long result is cut, and reading on gives the whole of it', async () => {
  const text = Array.from({ length: 700 }, (_, at) => (at % 3 === 0 ? '😀' : String(at))).join('')
  const { callTool } = runMiddlewares([LIMIT], () => textResult(text))
  let part = await callTool('dump')
  let whole = ''
  for (let pages = 0; pages < 20; pages++) {
    const [first] = itemsOf(part)
    expect(first?.text.length).toBeLessThanOrEqual(501)
    whole += first?.text
    const next = nextOf(part)
    if (!next) break
    part = await callTool('read_more', next)
  }
  expect(whole).toBe(text)
})

test('short results pass as they are, and pictures are never cut', async () => {
  const result = { content: [picture, { type: 'text', text: 'short' }], _meta: { a: 1 } }
  const { callTool } = runMiddlewares([LIMIT], () => result)
  expect(await callTool('draw')).toEqual(result)
})

test('structured content that is too long is read as text, and no shape is promised', async () => {
  const rows = Array.from({ length: 200 }, (_, id) => ({ id }))
  const { callTool, send } = runMiddlewares([LIMIT], ({ method }) =>
    method === 'tools/list'
      ? { tools: [{ name: 'rows', outputSchema: { type: 'object' } }] }
      : { content: [], structuredContent: { rows }, isError: false },
  )
  const cut = await callTool('rows')
  expect(cut).not.toHaveProperty('structuredContent')
  expect(cut.isError).toBe(false)
  expect(itemsOf(cut)[0]?.text).toBe(JSON.stringify({ rows }).slice(0, 500))
  const { tools } = (await send('tools/list')) as { tools: JsonObject[] }
  expect(tools).toMatchObject([{ name: 'rows' }, { name: 'read_more' }])
  expect(tools[0]).not.toHaveProperty('outputSchema')
})

test('nothing of a result is lost, wherever it stands', async () => {
  const rows = Array.from({ length: 200 }, (_, id) => ({ id }))
  const few = { rows: 200 }
  const resource = { uri: 'file:///a.txt', mimeType: 'text/plain', text: 'z'.repeat(600) }
  const answers: Record<string, JsonObject> = {
    brief: { content: [{ type: 'text', text: '200 rows' }], structuredContent: { rows } },
    twice: { ...textResult(JSON.stringify({ rows }, null, 2)), structuredContent: { rows } },
    wordy: { ...textResult('w'.repeat(600)), structuredContent: few },
    read: { content: [picture, { type: 'resource', resource }] },
  }
  const { callTool } = runMiddlewares([LIMIT], ({ params }) => answers[String(params.name)] ?? {})
  const wholeOf = async (name: string) => {
    const first = await callTool(name)
    let whole = ''
    for (let part = first; ;) {
      whole += itemsOf(part)[0]?.text
      const next = nextOf(part)
      if (!next) return { first, whole }
      part = await callTool('read_more', next)
    }
  }
  const brief = await wholeOf('brief')
  expect(brief.whole).toBe(`200 rows\n${JSON.stringify({ rows })}`)
  expect(brief.first).not.toHaveProperty('structuredContent')
  expect((await wholeOf('twice')).whole).toBe(JSON.stringify({ rows }, null, 2))
  // What is short passes as it is.
  const wordy = await wholeOf('wordy')
  expect(wordy.first.structuredContent).toEqual(few)
  expect(wordy.whole).toBe('w'.repeat(600))
  const read = await wholeOf('read')
  expect(read.whole).toBe(`file:///a.txt\n${resource.text}`)
  expect(read.first.content).toContainEqual(picture)
  expect(JSON.stringify(read.first)).not.toContain('z'.repeat(501))
})

test('what is more than is ever kept says so', async () => {
  const { callTool } = runMiddlewares([LIMIT], () => textResult('x'.repeat(50_000_001)))
  const [, note] = itemsOf(await callTool('dump'))
  expect(note?.text).toMatch(/ of 50000001\. The rest is too much to be kept: ask for less\.\]$/)
})

test('a handle is good for the caller who got it, and for nobody else', async () => {
  const { callTool } = runMiddlewares([LIMIT], () => textResult('y'.repeat(900)))
  const next = nextOf(await callTool('dump')) ?? {}
  const gone = { isError: true, content: [{ type: 'text' }] }
  expect(await callTool('read_more', next, { caller: 'other' })).toMatchObject(gone)
  expect(await callTool('read_more', { ...next, handle: 'made up' })).toMatchObject(gone)
  await expect(callTool('read_more', { handle: 1 })).rejects.toMatchObject({ code: -32_602 })
  await expect(callTool('read_more', { ...next, offset: -1 })).rejects.toMatchObject({
    code: -32_602,
  })
  expect(itemsOf(await callTool('read_more', { ...next, offset: 10_000 }))).toEqual([
    { type: 'text', text: '' },
  ])
})

test('a tool of a server that is called so answers, and ours has another name', async () => {
  const tools = [{ name: 'read_more' }, { name: 'metamcp_read_more' }]
  const answer = ({ method }: Call) =>
    method === 'tools/list' ? { tools } : textResult('theirs'.repeat(200))
  const { send, callTool } = runMiddlewares([LIMIT], answer, tools)
  const listed = (await send('tools/list')).tools as { name: string }[]
  const ours = 'metamcp_metamcp_read_more'
  expect(listed.map(({ name }) => name)).toEqual([...tools.map(({ name }) => name), ours])
  const cut = JSON.stringify(await callTool('read_more', { handle: 'x' }))
  expect(cut).toContain('theirs')
  expect(cut).toContain(`To read on, call ${ours} with`)
  const handle = /"handle\\+":\\+"([^"\\]+)/.exec(cut)?.[1]
  expect(JSON.stringify(await callTool(ours, { handle, offset: 500 }))).toContain('theirs')
})
