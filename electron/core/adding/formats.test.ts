import { expect, test } from 'vitest'
import { accessOf } from '../access.ts'
import type { Found } from '../../../shared/add-server.ts'
import { openAdding } from './adding.ts'
import { addingParts } from '../testing/adding-parts.ts'
import { foundLines } from '../testing/found-lines.ts'

const OPERATOR = accessOf({ kind: 'local' })

/** Read on a machine with one server, `github`. */
function readText(text: string): Found {
  const adding = openAdding({
    env: {},
    takenNames: () => ['github'],
    isOwnUrl: () => false,
    create: () => Promise.resolve([]),
    ...addingParts(),
  })
  return adding.readText(OPERATOR, text)
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

const NPX = { command: 'npx', args: ['-y', 'memo'] }
const RUNS = 'memo: npx -y memo'

const CASES: [what: string, text: string, format: Found['format'], expected: string[]][] = [
  ['mcpServers', JSON.stringify({ mcpServers: { memo: NPX } }), 'mcp-servers', [RUNS]],
  [
    'comments and trailing commas',
    '// mine\n{"mcpServers": {"memo": {"command": "npx", "args": ["-y", "memo",],},},}',
    'mcp-servers',
    [RUNS],
  ],
  [
    'without outer braces',
    '"memo": {"command": "npx", "args": ["-y", "memo"]},',
    'mcp-servers',
    [RUNS],
  ],
  ['without its holder', JSON.stringify({ memo: NPX }), 'mcp-servers', [RUNS]],
  ['one bare entry', JSON.stringify(NPX), 'entry', [RUNS]],
  ['a list', JSON.stringify([{ name: 'memo', ...NPX }]), 'entry', [RUNS]],
  ['VS Code', JSON.stringify({ servers: { memo: { type: 'stdio', ...NPX } } }), 'vscode', [RUNS]],
  ['VS Code settings', JSON.stringify({ mcp: { servers: { memo: NPX } } }), 'vscode', [RUNS]],
  [
    'an empty place before a full one',
    JSON.stringify({ mcpServers: {}, mcp: { servers: { memo: NPX } } }),
    'vscode',
    [RUNS],
  ],
  ['a dotted setting', JSON.stringify({ 'mcp.servers': { memo: NPX } }), 'vscode', [RUNS]],
  [
    'Zed',
    JSON.stringify({
      context_servers: { memo: { command: { path: 'npx', args: ['-y', 'memo'] } } },
    }),
    'zed',
    [RUNS],
  ],
  [
    'Windsurf',
    JSON.stringify({ mcpServers: { docs: { serverUrl: 'https://docs.example.com/mcp' } } }),
    'windsurf',
    ['docs: STREAMABLE_HTTP https://docs.example.com/mcp'],
  ],
  [
    'SSE by name',
    JSON.stringify({ mcpServers: { old: { type: 'sse', url: 'https://example.com/sse' } } }),
    'mcp-servers',
    ['old: SSE https://example.com/sse'],
  ],
  [
    'opencode',
    JSON.stringify({ mcp: { memo: { type: 'local', command: ['npx', '-y', 'memo'] } } }),
    'opencode',
    [RUNS],
  ],
  ['Codex', '[mcp_servers.memo]\ncommand = "npx"\nargs = ["-y", "memo"]', 'codex', [RUNS]],
  ['Goose', 'extensions:\n  memo:\n    cmd: npx\n    args: [-y, memo]\n', 'goose', [RUNS]],
  [
    'Continue',
    'mcpServers:\n  - name: memo\n    command: npx\n    args:\n      - -y\n      - memo\n',
    'continue',
    [RUNS],
  ],
  ['claude mcp add', 'claude mcp add memo -- npx -y memo', 'client-command', [RUNS]],
  [
    'claude mcp add, remote',
    'claude mcp add --transport sse docs https://docs.example.com/sse --header "X-Team: a"',
    'client-command',
    ['docs: SSE https://docs.example.com/sse'],
  ],
  [
    'claude mcp add-json',
    `claude mcp add-json memo '${JSON.stringify(NPX)}'`,
    'client-command',
    [RUNS],
  ],
  ['codex mcp add', 'codex mcp add memo --env A=b -- npx -y memo', 'client-command', [RUNS]],
  [
    'gemini mcp add, with a list for itself',
    'gemini mcp add --include-tools a,b --trust memo npx -y memo',
    'client-command',
    [RUNS],
  ],
  [
    'options of what is run, behind it',
    'claude mcp add box docker run -i -e A=b mcp/a',
    'client-command',
    ['box: docker run -i -e A=b mcp/a'],
  ],
  [
    'code --add-mcp',
    `code --add-mcp '${JSON.stringify({ name: 'memo', ...NPX })}'`,
    'client-command',
    [RUNS],
  ],
  ['a command', '$ npx -y memo', 'command', [RUNS]],
  ['variables before it', 'A=b npx -y memo', 'command', [RUNS]],
  ['lines that go on', 'npx \\\n  -y \\\n  memo', 'command', [RUNS]],
  ['uvx', 'uvx mcp-server-fetch', 'command', ['fetch: uvx mcp-server-fetch']],
  ['a module', 'python -m mcp_server_time', 'command', ['time: python -m mcp_server_time']],
  ['a path', 'C:\\tools\\notes.exe --all', 'command', ['notes: C:\\tools\\notes.exe --all']],
  [
    'docker',
    'docker run -i --rm -v /a:/b ghcr.io/github/github-mcp-server:1.0',
    'command',
    ['github-2: docker run -i --rm -v /a:/b ghcr.io/github/github-mcp-server:1.0'],
  ],
  [
    'an address',
    'https://mcp.linear.app/mcp',
    'url',
    ['linear: STREAMABLE_HTTP https://mcp.linear.app/mcp'],
  ],
  [
    'a bridge to an address',
    'npx -y mcp-remote https://mcp.linear.app/sse',
    'command',
    ['linear: STREAMABLE_HTTP https://mcp.linear.app/sse'],
  ],
  [
    'a wrapper for Windows',
    JSON.stringify({ memo: { command: 'cmd', args: ['/c', 'npx', '-y', 'memo'] } }),
    'mcp-servers',
    [RUNS],
  ],
  ['our link', `metamcp://install?name=memo&config=${base64(NPX)}`, 'link', [RUNS]],
  [
    'a link of Cursor',
    `cursor://anysphere.cursor-deeplink/mcp/install?name=memo&config=${base64({ command: 'npx -y memo' })}`,
    'link',
    [RUNS],
  ],
  [
    'a link of VS Code',
    `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: 'memo', ...NPX }))}`,
    'link',
    [RUNS],
  ],
  [
    'a page that leads to VS Code',
    `https://vscode.dev/redirect/mcp/install?name=memo&config=${encodeURIComponent(JSON.stringify(NPX))}`,
    'link',
    [RUNS],
  ],
  [
    'a README',
    'Add this:\n```json\n{"memo": {"command": "npx", "args": ["-y", "memo"]}}\n```',
    'mcp-servers',
    [RUNS],
  ],
  ['words', 'postgres database', null, ['? postgres database']],
]

test.each(CASES)('reads %s', (...[, text, format, expected]) => {
  const found = readText(text)
  expect(foundLines(found)).toEqual(expected)
  expect(found.format).toBe(format)
})

test.each([
  ['{"mcpServers": {"a": {"command": "x" "args": []}}}', 'line 1, column 38: a "," is missing'],
  ['metamcp://install?name=a&config=%7Bbad', '`config` is not valid JSON. Nothing was added.'],
  ['npx memo && rm -rf /', 'without a shell, so "&&" is not possible'],
  ['{"colour": "red"}', 'names no server'],
  ['mcpServers:\n  a: [', 'line 2'],
])('says why %s cannot be read', (text, reason) => {
  const { problem, token } = readText(text)
  expect(problem).toContain(reason)
  expect(token).toBeNull()
})
