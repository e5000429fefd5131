import type { Client } from '../driver/client.ts'
import type { Running, Served } from '../targets/target.ts'
import { callEcho, listAll, median, type Workload } from './workload.ts'

const WELL: Served[] = ['s0', 's1', 's2'].map((name) => ({ name, tools: 10 }))
const ILL: Served[] = [
  { name: 'dead', tools: 10, fault: 'dead' },
  { name: 'hangs', tools: 10, fault: 'hangs' },
]
const TOOLS = WELL.length * 10
const WARM_UP_CALLS = 1_000
/** By turns, so that what disturbs one disturbs the other. */
const TURNS = 10
const CALLS = 60
const LISTS = 10

type Side = { client: Client; tool: string; calls: number[]; lists: number[] }

export const faults: Workload = {
  name: 'faults',
  about:
    `Three servers that are well, once by themselves and once beside one that ends at its start and ` +
    `one that never answers \`initialize\`: calls and lists of the three, by turns.`,
  units: { call: 'ms', 'beside faults': 'ms', list: 'ms', 'list beside faults': 'ms' },
  targets: ['ours', 'mcp-hub'],
  async prepare(target, scope) {
    const open = async (running: Running) => {
      const client = await running.connect()
      scope.stack.defer(() => client.vanish())
      const side = { client, tool: running.tool('s0', 'echo') }
      await listAll([client], TOOLS)
      for (let call = 0; call < WARM_UP_CALLS; call += 1) await callEcho(client, side.tool)
      return side
    }
    const well = await open(await target.start(WELL, scope))
    const folder = `${scope.folder}-beside`
    const beside = await open(await target.start([...WELL, ...ILL], { ...scope, folder }))
    return { run: () => compare(well, beside) }
  },
}

async function compare(well: Pick<Side, 'client' | 'tool'>, beside: typeof well) {
  const sides: Side[] = [well, beside].map((side) => ({ ...side, calls: [], lists: [] }))
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const { client, tool, calls, lists } of sides) {
      for (let call = 0; call < CALLS; call += 1) calls.push((await callEcho(client, tool)).ms)
      for (let list = 0; list < LISTS; list += 1) lists.push(await listAll([client], TOOLS))
    }
  }
  const [call = NaN, callBeside = NaN] = sides.map(({ calls }) => median(calls))
  const [list = NaN, listBeside = NaN] = sides.map(({ lists }) => median(lists))
  return {
    ...{ call, 'beside faults': callBeside, '÷ call': callBeside / call },
    ...{ list, 'list beside faults': listBeside, '÷ list': listBeside / list },
  }
}
