import { expect, test } from 'vitest'
import { openMetrics } from './metrics.ts'
import type { Standing } from './standing.ts'

const REST = {
  sessions: { client: 0, inspector: 0 },
  inFlight: 0,
  calls: { written: 0, dropped: 0, queued: 0 },
}
const server = (id: string) => ({
  ...{ id, name: id, state: 'running' as const },
  connections: { starting: 1, running: 2, spare: 0 },
})
const call = { method: 'tools/call', ms: 1, result: {}, error: null, wasCancelled: false }

function openPages() {
  const metrics = openMetrics({ version: '1', replica: 'a' })
  const page = async (servers: Standing['servers']) => {
    const { text } = await metrics.page({ ...REST, servers })
    return text.split('\n').filter((line) => !line.startsWith('#'))
  }
  return { metrics, page }
}

test('a start in the place of a connection that failed is a restart, once for each', async () => {
  const { metrics, page } = openPages()
  for (const _ of ['shared', 'own']) metrics.started('a')
  for (const _ of ['shared', 'own']) metrics.failed('a')
  for (const _ of ['shared', 'own', 'of another client']) metrics.started('a')
  metrics.started('gone')
  const lines = await page([server('a'), server('b')])
  const starts = lines.filter((line) => line.startsWith('metamcp_server_'))
  expect(starts.toSorted()).toEqual([
    'metamcp_server_restarts_total{server="a"} 2',
    'metamcp_server_restarts_total{server="b"} 0',
    'metamcp_server_starts_total{server="a"} 5',
    'metamcp_server_starts_total{server="b"} 0',
  ])
})

test('however many servers there are, and whatever they are called, series have an end', async () => {
  const { metrics, page } = openPages()
  const servers = Array.from({ length: 1_100 }, (_, at) => server(`s${at}`))
  for (const { name } of [...servers, server('other'), server('none')]) {
    metrics.called({ ...call, server: name })
  }
  metrics.called({ ...call, server: null })
  const lines = await page(servers)
  for (const [name, states] of [
    ['metamcp_call_duration_seconds_count', 1],
    ['metamcp_connections', 3],
  ] as const) {
    const all = lines.filter((line) => line.startsWith(`${name}{`))
    expect([name, all.length]).toEqual([name, states * 1_001])
  }
  // 100 of these, one that is called so, one that is called "none", and one that found none.
  const others = 'metamcp_calls_total{server="_other",method="tools/call",outcome="ok"} 103'
  expect(lines).toContain(others)
  for (const [state, count] of Object.entries({ starting: 100, running: 200, spare: 0 })) {
    expect(lines).toContain(`metamcp_connections{server="_other",state="${state}"} ${count}`)
  }
})
