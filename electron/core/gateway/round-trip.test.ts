import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseJson } from '../json.ts'
import type { JsonObject } from '../json-rpc.ts'
import { PAIRS, startPairs } from '../testing/pairs.ts'
import { openRawClient } from '../testing/raw-client.ts'
import type { TempCore } from '../testing/temp-core.ts'

/** Nothing that we do not know is lost or changed, in either direction. */

let core: TempCore
beforeAll(async () => {
  core = await startPairs({ echo: { extraTools: [parseJson(TOOL) as JsonObject] } })
}, 60_000)
afterAll(() => core[Symbol.asyncDispose]())

const BIG = '9007199254740993123'
const FRACTION = '0.1234567890123456789'
const TOOL = `{
  "name": "unheard_of",
  "x-tool": { "big": ${BIG} },
  "annotations": { "x-annotation": [${FRACTION}] },
  "icons": [{ "src": "https://example.com/i.png", "x-icon": 1 }],
  "_meta": { "x.example/meta": ${BIG} },
  "inputSchema": { "type": "object", "properties": { "n": { "maximum": ${BIG}, "x-schema": [] } } },
  "outputSchema": { "type": "array", "items": { "x-deep": ${FRACTION} } }
}`

/** A payload as JSON text, so that no number has been through a double. */
const PAYLOAD = `{
  "integer": ${BIG}, "negative": -${BIG}, "decimal": ${FRACTION}, "huge": 1e400,
  "list": [true, null, "✓", { "": { "__proto__x": [] } }], "empty": {}
}`

describe.each(PAIRS)('a %s client at %s', (era, endpoint) => {
  const open = (answer?: () => JsonObject) =>
    openRawClient(core, {
      ...{ era, endpoint, capabilities: { elicitation: {}, sampling: {} } },
      ...(answer && { answer }),
    })

  // Shows: result-type-present, meta-trace-context
  test('a result keeps unknown content, unknown fields and its numbers', async () => {
    await using client = await open()
    const params = { name: 'unknown_content', arguments: { bytes: 300_000 } }
    const { resultType, ...result } = await client.request('tools/call', params)
    expect(resultType).toBe(era === 'modern' ? 'complete' : undefined)
    const text = JSON.stringify(result)
    const {
      content,
      structuredContent,
      _meta,
      'x-result': own,
    } = result as Record<string, JsonObject>
    expect(JSON.stringify(content)).toBe(
      `[{"type":"x-hologram","depth":[${BIG},{"decimal":${FRACTION}}],"x-block":{"deep":[[null]]}},` +
        `{"type":"text","text":"known","x-block":${BIG},"_meta":{"x-vendor":{"integer":${BIG}}}}]`,
    )
    expect(JSON.stringify(structuredContent)).toBe(
      `{"integer":${BIG},"negative":-${BIG},"decimal":${FRACTION}}`,
    )
    expect(JSON.stringify(own)).toBe(`{"integer":${BIG},"list":[true,null,"✓"]}`)
    expect(String(_meta?.['x-vendor/large'])).toHaveLength(300_000)
    expect(text).toContain(`"x-vendor/number":${BIG}`)
  })

  test('arguments and _meta reach the server with every digit', async () => {
    await using client = await open()
    const payload = parseJson(PAYLOAD) as JsonObject
    const large = 'm'.repeat(200_000)
    const meta = { 'x.example/own': payload, 'x.example/large': large }
    const raw = String(await client.call('reflect_raw', { payload }, { meta }))
    const compact = JSON.stringify(payload)
    expect(raw).toContain(`"payload":${compact}`)
    expect(raw).toContain(`"x.example/own":${compact}`)
    expect(raw).toContain(`"x.example/large":"${large}"`)
  })

  // Shows: meta-reserved
  test('reserved keys of _meta that nobody knows pass as they are', async () => {
    await using client = await open()
    const meta = { 'io.modelcontextprotocol/x': [1], 'mcp.dev/y': { z: null } }
    const raw = String(await client.call('reflect_raw', {}, { meta }))
    expect((JSON.parse(raw) as { params: JsonObject }).params._meta).toMatchObject(meta)
    const result = await client.request('tools/call', { name: 'unknown_content' })
    expect(result._meta).toMatchObject({ 'io.modelcontextprotocol/unheard-of': [1] })
  })

  test('what a client answers to a server keeps its numbers', async () => {
    const answered = parseJson(`{"action":"accept","content":{"n":${BIG}},"x":${FRACTION}}`)
    await using client = await open(() => answered as JsonObject)
    const params = { message: 'How many?', requestedSchema: { type: 'object', properties: {} } }
    const got = await client.call('ask', { method: 'elicitation/create', params })
    expect(JSON.stringify((got as JsonObject).result)).toBe(JSON.stringify(answered))
  })

  test('a definition is listed as the server gave it', async () => {
    await using client = await open()
    const { tools } = (await client.request('tools/list')) as { tools: JsonObject[] }
    const listed = tools.find(({ name }) => name === 'unheard_of')
    expect(JSON.stringify(listed)).toBe(JSON.stringify(parseJson(TOOL)))
  })
})
