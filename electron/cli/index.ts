#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { argv, env, exit, stderr, stdin, stdout } from 'node:process'
import packageJson from '../../package.json' with { type: 'json' }
import { openLog, type CoreConfig } from '../core/index.ts'
import type { HostConfig } from '../host/read-start.ts'
import { say } from '../host/say.ts'
import { runStdio } from '../host/stdio/run-stdio.ts'
import { runRotateKey } from './rotate-key.ts'

/** The project's folder, seen from out/main, where this file is built to. */
const ROOT = resolve(import.meta.dirname, '../..')
const TEMPLATE = resolve(ROOT, 'out/db-template.tgz')

const HELP = `metamcp: what MetaMCP does in a terminal.

  metamcp stdio --endpoint NAME     an endpoint as an MCP server on stdin and stdout
  metamcp rotate-key                stored secrets are sealed with a new key

Each command says more with --help.`

exit(await main(argv.slice(2)))

async function main([command, ...args]: string[]): Promise<number> {
  if (command === 'stdio') return stdio(args)
  if (command === 'rotate-key') return rotate(args)
  if (command === undefined || command === '--help' || command === '-h') {
    await say(stdout, HELP)
    return 0
  }
  await say(stderr, `"${command}" is no command of metamcp.\nSee --help.`)
  return 1
}

function stdio(args: string[]): Promise<number> {
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort())
  return runStdio({
    args,
    env,
    foreignSwitches: 'refuse',
    input: stdin,
    output: stdout,
    tell: (sentence) => say(stderr, sentence),
    coreConfig,
    stopping: stopping.signal,
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
