#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { argv, env, exit, stderr, stdin, stdout } from 'node:process'
import packageJson from '../../package.json' with { type: 'json' }
import { openLog, type CoreConfig } from '../core/index.ts'
import type { HostConfig } from '../host/read-start.ts'
import { say } from '../host/say.ts'
import { runStdio } from '../host/stdio/run-stdio.ts'
import { apply } from './apply.ts'
import { backup } from './backup.ts'
import { doctor } from './doctor.ts'
import { exportCommand } from './export.ts'
import { runCommand, type Program } from './program.ts'
import { restore } from './restore.ts'
import { runRotateKey } from './rotate-key.ts'

/** The project's folder, seen from out/main, where this file is built to. */
const ROOT = resolve(import.meta.dirname, '../..')
const TEMPLATE = resolve(ROOT, 'out/db-template.tgz')

const HELP = `metamcp: what MetaMCP does in a terminal.

  metamcp stdio --endpoint NAME     an endpoint as an MCP server on stdin and stdout
  metamcp apply FILE                creates and changes what a metamcp.json names
  metamcp export [FILE]             writes everything as a metamcp.json, without secrets
  metamcp doctor [SERVER…]          tries out each server, and says what to do
  metamcp backup [FILE]             packs all that is kept into one file, also while MetaMCP runs
  metamcp restore BACKUP            puts one back, at once or at the next start
  metamcp rotate-key                stored secrets are sealed with a new key

Each command says more with --help.`

const COMMANDS = new Map([
  ['apply', (given: Program) => runCommand(apply, given)],
  ['export', (given: Program) => runCommand(exportCommand, given)],
  ['doctor', (given: Program) => runCommand(doctor, given)],
  ['backup', (given: Program) => runCommand(backup, given)],
  ['restore', (given: Program) => runCommand(restore, given)],
])

exit(await main(argv.slice(2)))

async function main([command, ...args]: string[]): Promise<number> {
  if (command === 'stdio') return stdio(args)
  const known = COMMANDS.get(command ?? '')
  if (known) return known(program(args))
  if (command === 'rotate-key') return rotate(args)
  if (command === undefined || command === '--help' || command === '-h') {
    await say(stdout, HELP)
    return 0
  }
  await say(stderr, `"${command}" is no command of metamcp.\nSee --help.`)
  return 1
}

function program(args: string[]): Program {
  const isTerminal = stderr.isTTY
  return {
    ...{ args, env, input: stdin, stopping: whenTold() },
    coreConfig: (config) => coreConfig(quiet(config)),
    tell: (text) => say(stdout, text),
    complain: (text) => say(stderr, text),
    progress(text) {
      // Cut, since only what stands on one line can be taken away again.
      const shown = text?.slice(0, Math.max(0, (stderr.columns || 80) - 1)) ?? ''
      if (isTerminal) stderr.write(`\r\u001b[2K${shown}`)
    },
  }
}

/** What a command does is told by itself; the log is for what goes wrong beside that. */
function quiet(config: HostConfig): HostConfig {
  const isChosen = config.startedWith.sources.logLevel !== undefined
  return isChosen ? config : { ...config, logLevel: 'warn' }
}

/** Aborted when the process is told to end. */
function whenTold(): AbortSignal {
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort())
  return stopping.signal
}

function stdio(args: string[]): Promise<number> {
  return runStdio({
    args,
    env,
    foreignSwitches: 'refuse',
    input: stdin,
    output: stdout,
    tell: (sentence) => say(stderr, sentence),
    coreConfig,
    stopping: whenTold(),
  })
}

function rotate(args: string[]): Promise<number> {
  const resourcesDir = resolve(ROOT, 'resources')
  return runRotateKey({
    ...{ args, env, resourcesDir },
    tell: (sentence) => say(stdout, sentence),
    complain: (sentence) => say(stderr, sentence),
  })
}

function coreConfig({ logLevel, ...config }: HostConfig): CoreConfig {
  return {
    ...config,
    resourcesDir: resolve(ROOT, 'resources'),
    pageDir: null,
    databaseTemplate: existsSync(TEMPLATE) ? TEMPLATE : null,
    version: packageJson.version,
    log: openLog(logLevel),
  }
}
