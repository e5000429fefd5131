import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHeadless, type HeadlessProcess } from './headless-process.ts'
import { startNginx } from './nginx.ts'
import { freePort } from './postgres-server.ts'
import { openTempPostgres } from './temp-postgres.ts'

export type ReplicaProcesses = AsyncDisposable & {
  /** An endpoint's address at nginx. */
  mcpUrl: URL
  key: string
  /** `0` and `1`, called `r1` and `r2`. */
  at(index: number): HeadlessProcess
  /** A new process at the address of the one that has ended. */
  restart(index: number): Promise<void>
}

/** Two programs as they are run, on one real PostgreSQL and behind a real nginx. */
export async function startReplicaProcesses(file: unknown): Promise<ReplicaProcesses> {
  await using made = new AsyncDisposableStack()
  const { url } = made.use(await openTempPostgres())
  const { path } = made.use(await mkdtempDisposable(join(tmpdir(), 'metamcp-replicas-')))
  const config = join(path, 'metamcp.json')
  await writeFile(config, JSON.stringify(file))
  const ports = [await freePort(), await freePort()] as const
  const start = (index: number) =>
    startHeadless({
      dataDir: join(path, `r${index + 1}`),
      args: ['--port', String(ports[index]), '--config', config],
      env: {
        ...{ DATABASE_URL: url, METAMCP_REPLICA: `r${index + 1}`, METAMCP_DRAIN_SECONDS: '20' },
        METAMCP_SECRET_KEY: 'the same key for all the replicas',
      },
      isSource: true,
    })
  const running: HeadlessProcess[] = []
  made.defer(async () => void (await Promise.all(running.map((one) => one.kill('SIGTERM')))))
  running.push(await start(0))
  running.push(await start(1))
  const nginx = made.use(await startNginx(ports))
  const owned = made.move()
  return {
    mcpUrl: new URL(`${nginx.url}/metamcp/default/mcp`),
    key: running[0]?.key ?? '',
    at(index) {
      const one = running[index]
      if (!one) throw new Error(`there is no replica ${index}`)
      return one
    },
    async restart(index) {
      running[index] = await start(index)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
