import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Machine } from '../machine.ts'

export type TempHome = AsyncDisposable & {
  machine: Machine
  path(file: string): string
  /** Contents by their path in the home folder. */
  put(files: Record<string, string>): Promise<void>
  read(file: string): Promise<string>
}

/** A computer of somebody's with an empty home folder. */
export async function openTempHome(fields: Partial<Machine> = {}): Promise<TempHome> {
  const home = await mkdtemp(join(tmpdir(), 'metamcp-home-'))
  const machine: Machine = {
    ...{ platform: 'linux', home, env: {} },
    stdio: { command: 'metamcp', args: ['stdio'] },
    ...fields,
  }
  const path = (file: string) => join(home, file)
  return {
    machine,
    path,
    async put(files) {
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(path(file)), { recursive: true })
        await writeFile(path(file), content)
      }
    },
    read: (file) => readFile(path(file), 'utf8'),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  }
}
