import { once } from 'node:events'
import { mkdtempDisposableSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { env, execPath } from 'node:process'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { runProgram } from './run-program.ts'

const FOLDER = resolve(import.meta.dirname, '../../resources/docker')
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8')

describe('the health check of the image', () => {
  const health = (dataDir: string) =>
    runProgram(execPath, [join(FOLDER, 'health.mjs')], {
      env: { ...env, METAMCP_DATA_DIR: dataDir },
    })

  test.each([
    [200, 0],
    [503, 1],
  ])('asks the address of the run file: %i ends with code %i', async (status, code) => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'health-'))
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(status).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    writeFileSync(join(folder.path, 'run.json'), JSON.stringify({ url }))
    const ended = await health(folder.path)
    expect(ended).toMatchObject({ code, stdout: `MetaMCP answers with ${status}.\n` })
    expect(asked).toEqual(['/health'])
    server.close()
    await once(server, 'close')
    const gone = await health(folder.path)
    expect(gone.code).toBe(1)
    expect(gone.stdout).toMatch(/^MetaMCP does not answer: .*ECONNREFUSED/)
  })

  test('fails where nothing has started yet', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'health-'))
    expect((await health(folder.path)).code).toBe(1)
  })
})

const text = z.union([z.string(), z.number()])
const list = z.array(z.string()).default([])
const seconds = z
  .string()
  .regex(/^\d+s$/)
  .transform((value) => Number.parseInt(value))
/** Strict: an engine refuses a word that it does not know, and would do so on somebody's server. */
const service = z.strictObject({
  image: z.string(),
  build: z
    .strictObject({
      context: z.literal('../..'),
      dockerfile: z.literal('resources/docker/Dockerfile'),
      args: z.record(z.string(), z.string()),
    })
    .optional(),
  restart: z.literal('unless-stopped'),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.literal('service_healthy') }))
    .default({}),
  ports: list,
  environment: z.record(z.string(), text).default({}),
  volumes: list,
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  tmpfs: list,
  cap_drop: list,
  security_opt: list,
  healthcheck: z
    .strictObject({ test: list, interval: seconds, timeout: seconds, retries: z.number() })
    .optional(),
  stop_grace_period: seconds.optional(),
})
const compose = z.object({
  name: z.string(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
})

const filesOf = (name: string) => compose.parse(parse(read(name), { merge: true }))

describe.each(['compose.yaml', 'compose.postgres.yaml'])('%s', (name) => {
  const { services, volumes } = filesOf(name)

  test('publishes nothing to other computers', () => {
    const ports = Object.values(services).flatMap((service) => service.ports)
    expect(ports.length).toBeGreaterThan(0)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  test('gives MetaMCP nothing to write to but its own volume, and no rights', () => {
    const ours = Object.entries(services).filter(([service]) => service.startsWith('metamcp'))
    const used = ours.flatMap(([, service]) => service.volumes)
    expect(new Set(used).size).toBe(ours.length)
    for (const [, service] of ours) {
      const { read_only, cap_drop, security_opt } = service
      expect({ read_only, cap_drop, security_opt }).toEqual({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
      for (const volume of service.volumes) {
        const [source = '', target] = volume.split(':')
        expect(target).toBe('/data')
        expect(Object.keys(volumes)).toContain(source)
      }
    }
  })

  test('gives MetaMCP the time to end, and only variables and arguments that there are', () => {
    const told = readFileSync(join(FOLDER, '../../docs/container.md'), 'utf8')
    const known = readFileSync(join(FOLDER, '../../electron/host/read-start.ts'), 'utf8')
    const ours = Object.entries(services).filter(([service]) => service.startsWith('metamcp'))
    for (const [, { environment, stop_grace_period, build }] of ours) {
      const drain = Number(environment.METAMCP_DRAIN_SECONDS)
      expect(stop_grace_period).toBeGreaterThanOrEqual(drain + 3 + 5)
      expect(told).toContain(`${drain} in \`${name}\``)
      for (const variable of Object.keys(environment)) {
        if (!variable.startsWith('OTEL_')) expect(known).toContain(`variable: '${variable}'`)
      }
      for (const name of Object.keys(build?.args ?? {})) {
        expect(read('Dockerfile')).toContain(`ARG ${name}=""`)
      }
    }
  })

  test('waits for nobody who is not there, or never well', () => {
    for (const { depends_on } of Object.values(services)) {
      for (const name of Object.keys(depends_on)) {
        const other = services[name]
        // Ours has the health check of the image.
        expect(other?.healthcheck ?? other?.build, name).toBeDefined()
      }
    }
  })
})

test('nginx balances between the replicas that are there', () => {
  const { services } = filesOf('compose.postgres.yaml')
  const replicas = Object.keys(services).filter((name) => name.startsWith('metamcp'))
  for (const name of replicas) expect(read('nginx.conf')).toContain(`${name}:12008`)
})

test('what the image is built without is for the app alone', () => {
  const [, removed = ''] = /npm pkg delete devDependencies (.*) \\/.exec(read('Dockerfile')) ?? []
  const names = removed.split(' ').map((word) => word.replace(/^dependencies\./, ''))
  const electron = resolve(FOLDER, '../../electron')
  const sources = readdirSync(electron, { recursive: true, encoding: 'utf8' })
  for (const name of names) {
    const users = sources.filter(
      (path) =>
        path.endsWith('.ts') && readFileSync(join(electron, path), 'utf8').includes(`'${name}'`),
    )
    expect(users.length, name).toBeGreaterThan(0)
    for (const path of users) expect(path).toMatch(/^main[/\\]/)
  }
})
