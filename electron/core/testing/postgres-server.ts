import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { findPostgres } from '../../../scripts/debian-programs.ts'

const run = promisify(execFile)

/** PostgreSQL refuses to run as root: then it runs as nobody. */
const ROOTS_SERVANT = { uid: 65_534, gid: 65_534 }

export type PostgresServer = AsyncDisposable & {
  /** Of a database of that name. */
  url(database: string): string
  /** Ends it, with everybody's connections. */
  stop(): Promise<void>
  /** Ends it and starts it again, at the same address. */
  restart(): Promise<void>
}

/** A real PostgreSQL on a free port, in a folder that goes with it; `more` wins over our settings. */
export async function startPostgres(more: readonly string[] = []): Promise<PostgresServer> {
  const bin = await findPostgres()
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-pg-'))
  const isRoot = process.getuid?.() === 0
  const owner = isRoot ? ROOTS_SERVANT : {}
  if (isRoot) await chown(folder, ROOTS_SERVANT.uid, ROOTS_SERVANT.gid)
  const password = randomBytes(12).toString('hex')
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password, { mode: 0o644 })
  const data = join(folder, 'data')
  const made = ['-D', data, '-U', 'metamcp', '--auth=scram-sha-256', '-E', 'UTF8']
  await run(join(bin, 'initdb'), [...made, `--pwfile=${passwordFile}`, '--no-sync'], owner)
  const port = await freePort()
  const start = async () => {
    const settings = [
      'fsync=off',
      'max_connections=300',
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      ...more,
    ]
    const flags = settings.flatMap((setting) => ['-c', setting])
    return startProgram(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...flags], owner)
  }
  let program = await start()
  return {
    url: (database) => `postgres://metamcp:${password}@127.0.0.1:${port}/${database}`,
    stop: () => program.stop(),
    async restart() {
      await program.stop()
      program = await start()
    },
    async [Symbol.asyncDispose]() {
      await program.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function startProgram(file: string, args: string[], owner: object) {
  const server = spawn(file, args, { ...owner, stdio: ['ignore', 'ignore', 'pipe'] })
  // Also where the run is broken off, and nobody stops it.
  const end = () => void server.kill('SIGINT')
  process.once('exit', end)
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => {
      process.off('exit', end)
      resolve()
    })
  })
  await untilReady(server.stderr)
  return {
    async stop() {
      // Ends those who are connected, and itself (PostgreSQL documentation, "Shutting Down the Server").
      server.kill('SIGINT')
      await ended
    },
  }
}

/** Runs statements on a server, each by itself. */
export async function runOn(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

function untilReady(stderr: NodeJS.ReadableStream): Promise<void> {
  let said = ''
  return new Promise((resolve, reject) => {
    stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('ready to accept connections')) resolve()
    })
    stderr.on('end', () => reject(new Error(`PostgreSQL did not start: ${said}`)))
  })
}

/** One that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
