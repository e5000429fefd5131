import { homedir } from 'node:os'
import { platform } from 'node:process'
import type { Machine } from '../core/index.ts'
import type { HostConfig } from './read-start.ts'

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/

/**
 * This computer, for who only its own user can reach; `null` for a server of others, whose files are
 * not here. `program` and `args`: what starts us as a server on stdin and stdout.
 */
export function thisMachine(
  { host, dataDir, env }: Pick<HostConfig, 'host' | 'dataDir' | 'env'>,
  program: { command: string; args: string[] },
): Machine | null {
  if (!LOOPBACK.test(host)) return null
  const { command, args } = program
  return {
    platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
    home: homedir(),
    env,
    // Clients start it in a folder and with variables of their own.
    stdio: { command, args: [...args, '--data-dir', dataDir] },
  }
}
