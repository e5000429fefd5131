import { crash } from './crash.ts'
import { faults } from './faults.ts'
import { idle } from './idle.ts'
import { latency } from './latency.ts'
import { manyTools } from './many-tools.ts'
import { memory } from './memory.ts'
import { payload1, payload10 } from './payload.ts'
import { progress } from './progress.ts'
import { sessions } from './sessions.ts'
import { start } from './start.ts'
import { throughput } from './throughput.ts'
import type { Workload } from './workload.ts'

/** In the order in which they are measured, and told of. */
export const ALL_WORKLOADS: readonly Workload[] = [
  ...[latency, throughput, manyTools, start, faults],
  ...[payload1, payload10, progress, sessions, crash, idle, memory],
]
