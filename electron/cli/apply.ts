import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { cwd } from 'node:process'
import { buffer } from 'node:stream/consumers'
import { decodeText } from '../../shared/decode-text.ts'
import { NO_OWN_MODULES } from '../../shared/middleware.ts'
import { AppError, messageOf } from '../core/index.ts'
import { openDesk, type ConfigText, type Desk } from './desk.ts'
import { EXIT, type Command, type Program } from './program.ts'

const USAGE = `metamcp apply FILE: creates and changes what a metamcp.json names. "-" reads it from stdin.

  --data-dir FOLDER   where everything is kept   METAMCP_DATA_DIR

All of it is applied, or nothing: each mistake is told with its place in the file. What the file does
not name stays as it is. It is done by the MetaMCP that runs on the data folder, at once for its
clients, or in the folder itself where none runs. \${NAME} stands for a variable of who runs; one that
is set here alone is stored with its value, sealed. Middleware modules of your own take effect only
from where no MetaMCP runs: stop it first, or name the file at its start (--config).

Exit codes: 0 applied, 1 not.`

export const apply: Command<Desk> = {
  usage: USAGE,
  open: openDesk,
  words: { least: 1, most: 1, missing: 'Name the file to apply, or "-" for stdin.' },
  failed: EXIT.failed,
  begins: true,
  async run(desk, { words: [path = ''] }, program) {
    const file = await readConfig(path, program)
    const { changes, stored } = await desk.apply(file).catch((error: unknown) => {
      throw explained(error, desk)
    })
    for (const { kind, name, change } of changes) {
      await program.tell(`${change}  ${KINDS[kind]} ${name}`)
    }
    if (changes.length === 0) await program.tell('Nothing changed: all of it is so already.')
    if (stored.length > 0) await program.complain(storedText(stored))
    return EXIT.done
  },
}

const KINDS = {
  server: 'server',
  namespace: 'namespace',
  endpoint: 'endpoint',
  'api-key': 'API key',
} as const

async function readConfig(path: string, { input }: Program): Promise<ConfigText> {
  if (path === '-') return { text: decodeText(await buffer(input)), folder: cwd() }
  const whole = resolve(path)
  try {
    return { text: decodeText(await readFile(whole)), folder: dirname(whole) }
  } catch (cause) {
    const words = `The config file "${whole}" cannot be read: ${messageOf(cause)}.`
    throw new AppError('invalid', words, { cause })
  }
}

/** A middleware of one's own is a program: whoever reaches the management API may not start one. */
function explained(error: unknown, { running }: Desk): unknown {
  if (!running || !(error instanceof AppError)) return error
  if (!error.message.includes(NO_OWN_MODULES)) return error
  const words = `MetaMCP runs (process ${running.pid}), and takes such files only at its start: stop it and apply the file again, or start it with --config.`
  return new AppError('invalid', `${error.message}\n${words}`, { cause: error })
}

function storedText(names: string[]): string {
  return `The MetaMCP that runs does not know ${names.join(', ')}: the values were stored, sealed.`
}
