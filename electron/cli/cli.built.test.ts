import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { listProcesses } from '../core/connections/process-tree.ts'
import { runCli, startCli } from '../core/testing/cli-process.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'

const README = resolve(import.meta.dirname, '../../README.md')
const EXAMPLE = /^node scripts\/metamcp\.mjs (apply|export|doctor)\b(.*)$/gm

test('help says what there is, and mistakes in the arguments what is wrong', async () => {
  const help = await runCli(['--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  for (const name of ['apply', 'export', 'doctor']) {
    expect(help.stdout).toContain(`metamcp ${name}`)
    const own = await runCli([name, '--help'])
    expect(own).toMatchObject({ code: 0, stderr: '' })
    expect(own.stdout).toMatch(new RegExp(`^metamcp ${name} [^]*Exit codes: `))
  }
  expect(await runCli(['apply'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Name the file to apply, or "-" for stdin.\nSee --help.\n',
  })
  const twice = await runCli(['export', 'a.json', 'b.json'])
  expect(twice).toMatchObject({ code: 1, stderr: 'Unknown argument "b.json".\nSee --help.\n' })
  const unknown = await runCli(['doctor', '--jsno'])
  expect(unknown).toMatchObject({ code: 2, stderr: 'Unknown argument "--jsno".\nSee --help.\n' })
})

test('the commands that the README shows do what it says', async () => {
  const examples = Array.from((await readFile(README, 'utf8')).matchAll(EXAMPLE), ([line]) => line)
  expect(examples.length).toBeGreaterThanOrEqual(5)
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-readme-'))
  const cwd = folder.path
  const config = JSON.stringify(configFileOf([echoServer({ name: 'files' })]))
  await writeFile(join(cwd, 'metamcp.json'), config)
  const env = { METAMCP_DATA_DIR: join(cwd, 'data'), METAMCP_PORT: '0' }
  for (const example of examples) {
    const [words = '', from] = example.split(' < ')
    const input = from === undefined ? '' : await readFile(join(cwd, from), 'utf8')
    const result = await runCli(words.split(' ').slice(2), { cwd, env, input })
    expect([example, result]).toMatchObject([example, { code: 0 }])
  }
  const exported = await readFile(join(cwd, 'everything.json'), 'utf8')
  expect(JSON.parse(exported)).toMatchObject({ mcpServers: { files: { type: 'stdio' } } })
})

test('told to end, it ends what it has started', async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), 'metamcp-doctor-'))
  const file = join(place.path, 'pid')
  const program = `fs.writeFileSync(${JSON.stringify(file)}, String(process.pid)); process.stdin.resume().on('end', () => process.exit())`
  const stuck = { ...echoServer({ name: 'stuck' }), args: ['-e', program] }
  const at = ['--data-dir', join(place.path, 'data'), '--port', '0']
  const input = JSON.stringify(configFileOf([stuck]))
  expect(await runCli(['apply', '-', ...at], { input })).toMatchObject({ code: 0 })
  const doctor = startCli(['doctor', ...at])
  const started = async () => Number(await readFile(file, 'utf8').catch(() => '0'))
  await expect.poll(started, { timeout: 15_000 }).toBeGreaterThan(0)
  doctor.kill('SIGINT')
  expect(await doctor.result).toMatchObject({ code: 2, stderr: 'Stopped.\n' })
  expect((await listProcesses()).map(({ pid }) => pid)).not.toContain(await started())
})
