import { strToU8, zipSync, type Zippable } from 'fflate'
import { mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Server } from '../../../../shared/server.ts'
import { serverDefinition } from '../../../../shared/server.ts'
import { openBundles } from './bundles.ts'

const MANIFEST = {
  manifest_version: '0.3',
  name: 'notes-mcp',
  version: '1.0.0',
  description: 'Keeps notes',
  author: { name: 'Ada' },
  server: {
    type: 'node',
    entry_point: 'server/index.js',
    mcp_config: {
      command: 'node',
      args: ['${__dirname}/server/index.js', '${user_config.folders}', '--home=${HOME}'],
      env: { NOTES_KEY: '${user_config.key}', LEFT_OUT: '${user_config.other}' },
      platform_overrides: { win32: { command: 'node.exe' } },
    },
  },
  user_config: {
    folders: { type: 'directory', title: 'Folders', multiple: true, required: true },
    key: { type: 'string', title: 'Key', sensitive: true, required: true },
    other: { type: 'string' },
  },
}

function bundle(manifest: unknown, files: Zippable = {}): Uint8Array {
  return zipSync({
    'manifest.json': strToU8(JSON.stringify(manifest)),
    'server/index.js': strToU8('console.log(1)'),
    ...files,
  })
}

async function open(platform = 'linux') {
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-bundles-'))
  const bundles = openBundles({ folder, platform, env: { HOME: '/home/ada' } })
  const dispose = () => rm(folder, { recursive: true, force: true })
  return { folder, bundles, [Symbol.asyncDispose]: dispose }
}

test('a bundle is unpacked when it is added, with what a person filled in', async () => {
  await using opened = await open()
  const draft = opened.bundles.read(bundle(MANIFEST))
  expect(draft.needs.map(({ id, name, secret, kind }) => [id, name, secret, kind])).toEqual([
    ['folders', 'Folders', false, 'folder'],
    ['key', 'Key', true, 'text'],
    ['other', 'other', false, 'text'],
  ])
  expect(await readdir(opened.folder)).toEqual([])
  await expect(draft.build({ key: 'k' })).rejects.toThrow('Folders: needs a value')

  const definition = await draft.build({ folders: '/a\n/b', key: 'k' })
  const [unpacked = ''] = await readdir(opened.folder)
  expect(unpacked).toMatch(/^notes-[0-9a-f]{12}$/)
  const home = join(opened.folder, unpacked)
  expect(definition).toEqual({
    type: 'STDIO',
    command: 'node',
    args: [`${home}/server/index.js`, '/a', '/b', '--home=/home/ada'],
    env: { NOTES_KEY: 'k' },
  })
  expect(await readFile(join(home, 'server/index.js'), 'utf8')).toBe('console.log(1)')
})

test('the platform chooses the command, and refuses what is for others', async () => {
  await using opened = await open('win32')
  expect(opened.bundles.read(bundle(MANIFEST)).shown).toMatchObject({ command: 'node.exe' })
  const foreign = bundle({ ...MANIFEST, compatibility: { platforms: ['darwin'] } })
  expect(() => opened.bundles.read(foreign)).toThrow('"notes-mcp" runs on macOS only.')
})

test('a program of its own may be executed', async () => {
  await using opened = await open()
  const manifest = { name: 'tool', server: { type: 'binary', entry_point: 'bin/tool' } }
  const draft = opened.bundles.read(bundle(manifest, { 'bin/tool': strToU8('#!/bin/sh\n') }))
  const definition = await draft.build({})
  const command = definition.type === 'STDIO' ? definition.command : ''
  expect((await stat(command)).mode & 0o111).toBe(0o111)
})

test.each([
  ['no archive', strToU8('hello'), 'is no zip archive'],
  ['no manifest', zipSync({ a: strToU8('b') }), 'has no manifest.json'],
  ['a manifest that is no JSON', zipSync({ 'manifest.json': strToU8('{') }), 'is not valid'],
  ['a manifest without a server', bundle({ name: 'x' }), 'server'],
  ['a way out', bundle(MANIFEST, { '../evil': strToU8('x') }), 'outside of itself'],
  ['a way out for Windows', bundle(MANIFEST, { 'a\\..\\evil': strToU8('x') }), 'outside of itself'],
  ['an absolute path', bundle(MANIFEST, { '/etc/evil': strToU8('x') }), 'outside of itself'],
])('refuses %s', async (...[, bytes, reason]) => {
  await using opened = await open()
  expect(() => opened.bundles.read(bytes)).toThrow(reason)
})

test('refuses what would fill the disk before any of it is unpacked', async () => {
  await using opened = await open()
  const bytes = bundle(MANIFEST, { big: new Uint8Array(1_000) })
  // What the directory of the archive says of its size: 600 MB.
  const directory = Buffer.from(bytes).lastIndexOf('PK\u0001\u0002')
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(directory + 24, 600 * 1024 * 1024, true)
  expect(() => opened.bundles.read(bytes)).toThrow('more than 500 MB')
})

test('what no server uses any more is deleted', async () => {
  await using opened = await open()
  const definition = await opened.bundles.read(bundle(MANIFEST)).build({ folders: '/a', key: 'k' })
  await mkdir(join(opened.folder, 'left-123'))
  const server: Server = { id: '1', ...serverDefinition.parse({ ...definition, name: 'notes' }) }
  await opened.bundles.sweep([server])
  expect(await readdir(opened.folder)).toEqual([expect.stringMatching(/^notes-/)])
  await opened.bundles.sweep([])
  expect(await readdir(opened.folder)).toEqual([])
})
