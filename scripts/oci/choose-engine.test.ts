import { expect, test } from 'vitest'
import { chooseEngine, dockerReason, PROGRAMS, type Found } from './choose-engine.ts'

/** Root on a Debian with everything installed, and a docker without an engine. */
function debian(differs: Partial<Found> = {}): Found {
  return {
    docker: { answers: false, reason: 'Cannot connect' },
    ...{ platform: 'linux', uid: 0, hasApt: true, programs: new Set(PROGRAMS) },
    ...differs,
  }
}

const without = (...names: string[]) => new Set(PROGRAMS.filter((name) => !names.includes(name)))

test('docker is taken wherever its engine answers', () => {
  const docker = { answers: true } as const
  expect(chooseEngine(debian({ docker }))).toEqual({ kind: 'docker' })
  const mac = debian({ docker, platform: 'darwin', uid: 501, programs: new Set() })
  expect(chooseEngine(mac)).toEqual({ kind: 'docker' })
})

test('else buildah, with what is missing of it installed, and why', () => {
  expect(chooseEngine(debian())).toEqual({
    kind: 'buildah',
    install: [],
    because: 'docker has no engine (Cannot connect)',
  })
  expect(chooseEngine(debian({ docker: null, programs: without('buildah') }))).toEqual({
    kind: 'buildah',
    install: ['buildah'],
    because: 'there is no docker',
  })
})

test.each<[Partial<Found>, string]>([
  [{ platform: 'darwin' }, 'buildah runs on Linux alone'],
  [{ uid: 1000 }, 'buildah needs root here'],
  [{ uid: undefined }, 'buildah needs root here'],
  [{ programs: without('nsenter') }, 'nsenter of util-linux or coreutils is missing'],
  [
    { hasApt: false, programs: without('buildah', 'debootstrap') },
    'buildah and debootstrap are not installed',
  ],
])('where neither can be, %j, a sentence says why and what to do', (differs, reason) => {
  expect(chooseEngine(debian(differs))).toEqual({
    kind: 'none',
    sentence: `The image can be built nowhere: docker has no engine (Cannot connect), and ${reason}. Start a container engine, or run this as root on Debian or Ubuntu.`,
  })
})

test('what docker says of its engine is told on one line', () => {
  const said = `Server:
Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
`
  expect(dockerReason(said)).toMatch(/^Cannot connect to the Docker daemon at .*running\?$/)
  expect(dockerReason('Error response from daemon: permission denied.')).toBe('permission denied')
  expect(dockerReason('')).toBe('it does not answer')
})
