import { expect, test } from 'vitest'
import { onOurNetwork } from './buildah-engine.ts'
import { publishedPort } from './docker-engine.ts'
import { buildahFacts, dockerFacts } from './image-facts.ts'
import { asUser } from './namespaces.ts'
import { readBuildArgs, uvOf } from './verify.ts'

const config = {
  Entrypoint: ['tini', '--'],
  Cmd: ['node', 'a.js'],
  Env: ['PATH=/bin', 'HOME=/data'],
  User: 'node',
  WorkingDir: '/app',
  Volumes: { '/data': {} },
  Healthcheck: { Test: ['CMD', 'node', 'health.mjs'], Interval: 10_000_000_000 },
}
const facts = {
  entrypoint: ['tini', '--'],
  command: ['node', 'a.js'],
  environment: ['PATH=/bin', 'HOME=/data'],
  user: 'node',
  workingDir: '/app',
  volumes: ['/data'],
  healthcheck: ['node', 'health.mjs'],
  bytes: 5,
}

test('an image is read alike from docker and from buildah', () => {
  expect(dockerFacts(JSON.stringify([{ Config: config, Size: 5 }]))).toEqual(facts)
  expect(buildahFacts(JSON.stringify({ Docker: { config } }), 5)).toEqual(facts)
})

test('what an image does not say is empty, and a health check may be a line of a shell', () => {
  const bare = { Entrypoint: null, Cmd: null, Env: null, Volumes: null }
  expect(dockerFacts(JSON.stringify([{ Config: bare, Size: 5 }]))).toMatchObject({
    ...{ entrypoint: [], command: [], user: '', workingDir: '/', volumes: [], healthcheck: [] },
  })
  const shell = { ...config, Healthcheck: { Test: ['CMD-SHELL', 'true || false'] } }
  expect(buildahFacts(JSON.stringify({ Docker: { config: shell } }), 5).healthcheck).toEqual([
    '/bin/sh',
    '-c',
    'true || false',
  ])
  const none = { ...config, Healthcheck: { Test: ['NONE'] } }
  expect(buildahFacts(JSON.stringify({ Docker: { config: none } }), 5).healthcheck).toEqual([])
})

test('a program inside has the user, folder and variables of the image, and no rights', () => {
  expect(asUser(facts)).toEqual([
    ...['setpriv', '--reuid=node', '--regid=node', '--clear-groups', '--no-new-privs'],
    ...['--bounding-set=-all', '--inh-caps=-all'],
    ...['env', '--ignore-environment', '--chdir=/app', 'PATH=/bin', 'HOME=/data'],
  ])
  expect(asUser({ ...facts, user: '7:8' })).toEqual(
    expect.arrayContaining(['--reuid=7', '--regid=8']),
  )
})

test('on the network of this machine nobody else reaches it', () => {
  const given = { ...facts, environment: ['METAMCP_HOST=0.0.0.0', 'METAMCP_PORT=12008'] }
  // Of two the last one counts.
  expect(asUser(onOurNetwork(given, 5)).slice(-2)).toEqual([
    'METAMCP_HOST=127.0.0.1',
    'METAMCP_PORT=5',
  ])
})

test('the published port is read from what docker says', () => {
  expect(publishedPort('127.0.0.1:49153')).toBe(49153)
  expect(publishedPort('0.0.0.0:80\n[::]:80')).toBe(80)
  expect(() => publishedPort('')).toThrow('docker names no port')
})

test('arguments of the Dockerfile are given on, and others are mistakes', () => {
  expect(readBuildArgs([])).toEqual([])
  expect(readBuildArgs(['--build-arg', 'UV=1', '--build-arg', 'PACKAGES=git curl'])).toEqual([
    'UV=1',
    'PACKAGES=git curl',
  ])
  expect(uvOf(['PACKAGES=git', 'UV=0.9.11'])).toBe('0.9.11')
  expect([uvOf([]), uvOf(['UV='])]).toEqual([null, null])
  for (const args of [['--help'], ['--build-arg'], ['--build-arg', 'UV'], ['UV=1']]) {
    expect(readBuildArgs(args)).toBeNull()
  }
})
