import { latency } from './latency.ts'
import { manyTools } from './many-tools.ts'
import { throughput } from './throughput.ts'
import type { Workload } from './workload.ts'

export const ALL_WORKLOADS: readonly Workload[] = [latency, throughput, manyTools]
