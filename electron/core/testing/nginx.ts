import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findNginx } from '../../../scripts/debian-programs.ts'
import { freePort } from './postgres-server.ts'

const SHIPPED = resolve(import.meta.dirname, '../../../resources/docker/nginx.conf')

export type Nginx = AsyncDisposable & { url: string; errors(): string }

/** A real nginx with the configuration that we ship, but for its own address and those of replicas. */
export async function startNginx(replicas: readonly [number, number]): Promise<Nginx> {
  const program = await findNginx()
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-nginx-'))
  // Where root starts it, it works as somebody else.
  await chmod(folder, 0o755)
  const port = await freePort()
  const shipped = await readFile(SHIPPED, 'utf8')
  const config = shipped
    .replaceAll('/tmp/', `${folder}/`)
    .replaceAll('metamcp-1:12008', `127.0.0.1:${replicas[0]}`)
    .replaceAll('metamcp-2:12008', `127.0.0.1:${replicas[1]}`)
    .replace('listen 12008;', `listen 127.0.0.1:${port};`)
  const file = join(folder, 'nginx.conf')
  await writeFile(file, config)
  const args = ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;']
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await Promise.race([accepts(port), ended.then(() => Promise.reject(new Error(said)))])
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: `http://127.0.0.1:${port}`,
    errors: () => said,
    [Symbol.asyncDispose]: stop,
  }
}

async function accepts(port: number): Promise<void> {
  for (;;) {
    const socket = createConnection(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
