import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { openLog } from './log.ts'

function openLines(replica?: string) {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { lines, log: openLog('info', { replica, destination }) }
}

test('a line is one object of JSON, with the facts, the sentence and the replica', () => {
  const { log, lines } = openLines('a1')
  log.child({ serverId: 'id' }).warn({ server: 'files', delayMs: 5 }, 'a server failed')
  log.debug({}, 'too little to be told')
  expect(lines).toEqual([
    {
      ...{ level: 40, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/), replica: 'a1' },
      ...{ serverId: 'id', server: 'files', delayMs: 5, msg: 'a server failed' },
    },
  ])
})

test('no secret is in a line: by its name, by its looks, in facts, sentences and children', () => {
  const { log, lines } = openLines()
  const shapes = [
    `sk_mt_${'a'.repeat(64)}`,
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'postgres://somebody:hush-hush@db.example/metamcp',
    'postgres://somebody:with/hush-hush@db.example/metamcp',
    'redis://:hush-hush@db.example:6379',
    'https://hush-hush-hush-hush@db.example/metamcp',
    'https://db.example/mcp?page=1&api_key=hush-hush',
    'host=db.example password=hush-hush',
    '{"clientSecret":"hush-hush"}',
    'Authorization: Digest hush-hush',
  ]
  for (const shape of shapes)
    log.error({ error: `refused: ${shape}`, list: [shape] }, `no ${shape}`)
  log.info({ headers: { authorization: 'plain words', cookie: 'plain words' } }, 'asked')
  log.child({ adminToken: 'plain words' }).info({ password: 'plain words' }, 'begun')
  log.info({ params: { any: 'plain words' }, result: 'plain words', tokens: 5 }, 'called')
  const text = JSON.stringify(lines)
  for (const hidden of [...shapes, 'hush-hush', 'plain words']) expect(text).not.toContain(hidden)
  expect(text).toContain('db.example/metamcp')
  expect(lines.at(-1)).toMatchObject({ tokens: 5, msg: 'called' })
  const kept = 'http://127.0.0.1:80/@scope/a?page=2 by git@db.example: no token: expired'
  log.info({ kept }, 'read')
  expect(lines.at(-1)).toMatchObject({ kept })
})
