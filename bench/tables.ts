import { medians, type Measured } from './measure.ts'
import type { Workload } from './workloads/workload.ts'

/** What all are compared with. */
export const COMPARED = 'direct-http'

export type Table = { head: string[]; rows: string[][] }

/** Of one workload: each number as it is, and how many times that of the SDK's server over HTTP. */
export function tableOf(
  { units, compared: ratios = [] }: Workload,
  measured: readonly Measured[],
): Table {
  const names = [...new Set(measured.flatMap(({ runs }) => Object.keys(runs[0] ?? {})))]
  const compared = measured.find(({ target }) => target === COMPARED)
  const base = compared ? medians(compared) : {}
  const isRatio = (name: string) => ratios.includes(name) && base[name] !== undefined
  const rows = measured.map((one) => {
    if (one.runs.length === 0) return [one.target, one.failure ?? 'not measured']
    const own = medians(one)
    const cells = names.flatMap((name) => [
      number(own[name]),
      ...(isRatio(name) ? [ratio(own[name], base[name])] : []),
    ])
    return [one.target, ...cells, ...(one.failure ? [one.failure] : [])]
  })
  const head = names.flatMap((name) => [
    units[name] ? `${name} (${units[name]})` : name,
    ...(isRatio(name) ? ['÷ HTTP'] : []),
  ])
  return { head: ['', ...head], rows }
}

export function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return ''
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) return value.toFixed(0)
  if (Math.abs(value) >= 100) return value.toFixed(1)
  return Math.abs(value) >= 10 ? value.toFixed(2) : value.toFixed(3)
}

function ratio(value: number | undefined, base = NaN): string {
  return value === undefined ? '' : `${(value / base).toFixed(2)} ×`
}

/** For a terminal. */
export function inColumns({ head, rows }: Table): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => {
    return Math.max(
      ...all.filter(({ length }) => length > 2).map((row) => row[column]?.length ?? 0),
    )
  })
  const line = (row: string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')
  return all.map((row) => `  ${line(row).trimEnd()}`).join('\n')
}
