import { expect, test } from 'vitest'
import type { Machine } from '../machine.ts'
import { KNOWN_CLIENTS } from './catalogue/index.ts'
import { filesOf, shownPath } from './machine.ts'

const stdio = { command: '', args: [] }
const MAC: Machine = { platform: 'darwin', home: '/Users/ada', env: {}, stdio }
const WINDOWS: Machine = { platform: 'win32', home: '/c/ada', env: {}, stdio }
const LINUX: Machine = { platform: 'linux', home: '/home/ada', env: {}, stdio }

function fileOf(id: string, machine: Machine): string | undefined {
  const client = KNOWN_CLIENTS.find((one) => one.id === id)
  return client && filesOf(client, machine)[0]
}

test.for([
  ['cursor', '.cursor/mcp.json', '.cursor/mcp.json', '.cursor/mcp.json'],
  [
    'claude-desktop',
    'Library/Application Support/Claude/claude_desktop_config.json',
    'AppData/Roaming/Claude/claude_desktop_config.json',
    '.config/Claude/claude_desktop_config.json',
  ],
  [
    'vscode',
    'Library/Application Support/Code/User/mcp.json',
    'AppData/Roaming/Code/User/mcp.json',
    '.config/Code/User/mcp.json',
  ],
  [
    'zed',
    '.config/zed/settings.json',
    'AppData/Roaming/Zed/settings.json',
    '.config/zed/settings.json',
  ],
  [
    'copilot-jetbrains',
    '.config/github-copilot/intellij/mcp.json',
    'AppData/Local/github-copilot/intellij/mcp.json',
    '.config/github-copilot/intellij/mcp.json',
  ],
  [
    'goose',
    '.config/goose/config.yaml',
    'AppData/Roaming/Block/goose/config/config.yaml',
    '.config/goose/config.yaml',
  ],
  ['codex', '.codex/config.toml', '.codex/config.toml', '.codex/config.toml'],
])('the file of %s', ([id = '', mac, windows, linux]) => {
  expect(fileOf(id, MAC)).toBe(`${MAC.home}/${mac}`)
  expect(fileOf(id, WINDOWS)).toBe(`${WINDOWS.home}/${windows}`)
  expect(fileOf(id, LINUX)).toBe(`${LINUX.home}/${linux}`)
})

test('folders that were moved are found where the environment says', () => {
  const env = {
    APPDATA: '/d/roaming',
    XDG_CONFIG_HOME: '/etc/ada',
    CODEX_HOME: '/work/codex',
    CLAUDE_CONFIG_DIR: 'not/absolute',
  }
  expect(fileOf('vscode', { ...WINDOWS, env })).toBe('/d/roaming/Code/User/mcp.json')
  expect(fileOf('zed', { ...LINUX, env })).toBe('/etc/ada/zed/settings.json')
  expect(fileOf('zed', { ...MAC, env })).toBe('/Users/ada/.config/zed/settings.json')
  expect(fileOf('codex', { ...LINUX, env })).toBe('/work/codex/config.toml')
  expect(fileOf('claude-code', { ...LINUX, env })).toBe('/home/ada/.claude.json')
})

test('there are clients for every system, each once', () => {
  const ids = KNOWN_CLIENTS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const machine of [MAC, WINDOWS, LINUX]) {
    const there = KNOWN_CLIENTS.filter((client) => filesOf(client, machine).length > 0)
    expect(there.length).toBeGreaterThan(30)
  }
  expect(fileOf('boltai', LINUX)).toBeUndefined()
})

test('paths are shown from the home folder', () => {
  expect(shownPath('/home/ada/.x/y', LINUX)).toBe('~/.x/y')
  expect(shownPath('/home/adam/.x', LINUX)).toBe('/home/adam/.x')
})
