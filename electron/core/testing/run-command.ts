import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { inject } from 'vitest'
import { runCommand, type Command } from '../../cli/program.ts'
import type { CoreConfig } from '../index.ts'
import { openLog } from '../log.ts'
import type { HostConfig } from '../../host/read-start.ts'
import type { CliOptions, CliResult } from './cli-process.ts'

/** Runs a command of `metamcp` in this process: the same, but for the start of a program. */
export async function runHere<Desk extends AsyncDisposable>(
  command: Command<Desk>,
  args: string[],
  { env = {}, input = '' }: Omit<CliOptions, 'cwd'> = {},
): Promise<CliResult> {
  const said = { stdout: '', stderr: '' }
  const into = (stream: keyof typeof said) => (text: string) => {
    said[stream] += `${text}\n`
    return Promise.resolve()
  }
  const code = await runCommand(command, {
    ...{ args, coreConfig },
    env: { ...process.env, METAMCP_DATA_DIR: '', ...env },
    input: Readable.from([input]),
    tell: into('stdout'),
    complain: into('stderr'),
    progress: () => undefined,
    stopping: new AbortController().signal,
  })
  return { code, ...said }
}

function coreConfig(config: HostConfig): CoreConfig {
  return {
    ...config,
    resourcesDir: resolve(import.meta.dirname, '../../../resources'),
    pageDir: null,
    databaseTemplate: inject('databaseTemplate'),
    version: '0.0.0-test',
    log: openLog('silent'),
  }
}
