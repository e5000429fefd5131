import { describe, expect, test } from 'vitest'
import { edited, entriesOf, type Layout } from './edit.ts'

const JSON_LAYOUT: Layout = { format: 'json', key: 'mcpServers' }
const TOML_LAYOUT: Layout = { format: 'toml', key: 'mcp_servers' }
const YAML_LAYOUT: Layout = { format: 'yaml', key: 'extensions' }
const LIST_LAYOUT: Layout = { format: 'yaml', key: 'mcpServers', isList: true }

/** Texts of which removing what was put in makes the same bytes again. */
const TEXTS: [name: string, layout: Layout, text: string][] = [
  ['an empty object', JSON_LAYOUT, '{\n  "mcpServers": {}\n}\n'],
  [
    'comments behind and below',
    JSON_LAYOUT,
    '{\n\t// top\n\t"mcpServers": {\n\t\t"a": { "command": "x" } // keep\n\t\t// "old": {}\n\t},\n\t"z": 1\n}\n',
  ],
  [
    'commas at the end',
    JSON_LAYOUT,
    '{\n  "mcpServers": {\n    "a": { "command": "x" }, // keep\n  },\n}\n',
  ],
  ['a comment alone', JSON_LAYOUT, '{\n  "mcpServers": {\n    // none yet\n  }\n}'],
  ['one line', JSON_LAYOUT, '{ "mcpServers": { "a": { "command": "x" } } }'],
  ['one line without blanks', JSON_LAYOUT, '{"mcpServers":{"a":{"command":"x"}},"z":[1,2]}'],
  ['Windows', JSON_LAYOUT, '\uFEFF{\r\n    "mcpServers": {\r\n        "a": {}\r\n    }\r\n}'],
  ['a section', TOML_LAYOUT, 'model = "x" # m\n'],
  ['no line break at the end', TOML_LAYOUT, '[mcp_servers.a]\ncommand = "x"'],
  [
    'a header in a text',
    TOML_LAYOUT,
    'p = """\n[mcp_servers.metamcp]\n"""\n[b] # c\nz = [\n  [1],\n]\n',
  ],
  ['tables in one line', TOML_LAYOUT, 'mcp_servers = { a = { command = "x" } }\nz = 1\n'],
  [
    'tables in a section',
    TOML_LAYOUT,
    '[mcp_servers]\na = { command = "x" } # hey\n\n[b]\nc = 1\n',
  ],
  ['an empty mapping', YAML_LAYOUT, 'extensions: {}\nz: 1\n'],
  [
    'a block and comments',
    YAML_LAYOUT,
    'model: "x"   # m\nextensions:\n    a:\n        env: |\n          hi\n    # about b\n    b:\n        cmd: y\n\n# end\nz: 1\n',
  ],
  ['a text at the end', YAML_LAYOUT, 'extensions:\n  a:\n    cmd: |\n      foo\n\n# tail\n'],
  [
    'a list',
    LIST_LAYOUT,
    'mcpServers:\n  - name: a # c\n  # two\n  - name: b\n    args: [x]\nz: 1\n',
  ],
  ['a list at the margin', LIST_LAYOUT, 'mcpServers:\r\n- name: a\r\n  command: x\r\nz: 1\r\n'],
]

const put = {
  name: 'metamcp',
  value: { name: 'metamcp', url: 'http://x/mcp', headers: { A: 'Bearer "1"' }, on: true },
}

describe.for(TEXTS)('%s', ([, layout, text]) => {
  test('is the same when what was put in is taken out', () => {
    const after = edited(text, layout, { put })
    expect(entriesOf(after, layout).at(-1)).toEqual(put)
    expect(edited(after, layout, { remove: ['metamcp'] })).toBe(text)
  })

  test('keeps everything else when the entry changes', () => {
    const value = { name: 'metamcp', url: 'http://other/mcp' }
    const after = edited(text, layout, { put })
    const again = edited(after, layout, { put: { name: 'metamcp', value } })
    expect(edited(again, layout, { put })).toBe(
      edited(edited(after, layout, { put }), layout, { put }),
    )
    expect(edited(again, layout, { remove: ['metamcp'] })).toBe(text)
  })
})

test.for([
  ['', '{\n  "mcpServers": {\n    "a": {}\n  }\n}\n'],
  ['{}\n', '{\n  "mcpServers": {\n    "a": {}\n  }\n}\n'],
  ['{ "z": 1 }', '{ "z": 1, "mcpServers": { "a": {} } }'],
  [
    '{\n    "z": 1 // one\n}',
    '{\n    "z": 1, // one\n    "mcpServers": {\n        "a": {}\n    }\n}',
  ],
])('a file without servers gets them: %j', ([text = '', expected]) => {
  expect(edited(text, JSON_LAYOUT, { put: { name: 'a', value: {} } })).toBe(expected)
})

test.for([
  ['null', JSON_LAYOUT, '{ "mcpServers": null }', '"mcpServers" is not an object'],
  ['twice', JSON_LAYOUT, '{ "mcpServers": { "a": {}, "a": {} } }', 'appears twice'],
  ['a list', JSON_LAYOUT, '[]', 'it is not an object'],
  ['a text', YAML_LAYOUT, 'extensions: none\n', 'not an object'],
  ['an end', YAML_LAYOUT, 'a: 1\n...\n', 'nothing can be added'],
  ['broken', YAML_LAYOUT, 'a: "b\n', 'line'],
  ['broken', TOML_LAYOUT, 'a = 1\nb = [\n', 'line'],
] as [string, Layout, string, string][])('refuses %s', ([, layout, text, message]) => {
  expect(() => edited(text, layout, { put })).toThrow(message)
})

test('an entry is taken out with its line and the comment on it', () => {
  const text =
    '{\n  "mcpServers": {\n    "a": {}, // one\n    // about b\n    "b": {},\n    "c": {} // three\n  }\n}'
  expect(edited(text, JSON_LAYOUT, { remove: ['a', 'c'] })).toBe(
    '{\n  "mcpServers": {\n    // about b\n    "b": {}\n  }\n}',
  )
  expect(edited('{"mcpServers":{"a":{},"b":{},"c":{}}}', JSON_LAYOUT, { remove: ['b', 'c'] })).toBe(
    '{"mcpServers":{"a":{}}}',
  )
  const tight = '{\n  "mcpServers": {\n    "a": {}, // one\n    "c": {}}\n}'
  expect(entriesOf(edited(tight, JSON_LAYOUT, { remove: ['c'] }), JSON_LAYOUT)).toEqual([
    { name: 'a', value: {} },
  ])
  const sections =
    '[mcp_servers.a]\nx = 1\n[mcp_servers.a.env]\nK = "1"\n\n# about b\n[mcp_servers.b]\nx = 2\n'
  expect(edited(sections, TOML_LAYOUT, { remove: ['a'] })).toBe(
    '\n# about b\n[mcp_servers.b]\nx = 2\n',
  )
})
