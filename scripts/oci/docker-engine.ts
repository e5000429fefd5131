import { randomBytes } from 'node:crypto'
import { STDOUT_TO_STDERR, runChild } from '../run-child.ts'
import { follow } from './container.ts'
import type { Container, Engine, Run } from './engine.ts'
import { dockerFacts } from './image-facts.ts'
import { outputOf, runProgram } from './run-program.ts'

/** What a container that can write to nothing but its volume is started with, as compose.yaml has it. */
const READ_ONLY = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL']
const NO_MORE_RIGHTS = ['--security-opt', 'no-new-privileges']

export type DockerOptions = { root: string; dockerfile: string; buildArgs: string[] }

/** An engine of containers, by the command `docker`. */
export function openDocker({ root, dockerfile, buildArgs }: DockerOptions): Engine {
  const name = `metamcp-verify-${randomBytes(4).toString('hex')}`
  const volumes: string[] = []
  const containers = new Set<string>()
  const remove = async (container: string) => {
    containers.delete(container)
    // Gone already, if it ended by itself.
    await runProgram('docker', ['rm', '--force', '--volumes', container])
  }

  return {
    title: 'docker',
    async build() {
      const given = buildArgs.flatMap((arg) => ['--build-arg', arg])
      const args = ['build', '--file', dockerfile, '--tag', name, ...given, root]
      const code = await runChild('docker', args, { stdio: STDOUT_TO_STDERR })
      if (code !== 0) throw new Error(`docker build ended with code ${code}; the reason is above.`)
    },
    image: async () => dockerFacts(await outputOf('docker', ['image', 'inspect', name])),
    async makeVolume() {
      const volume = `${name}-${volumes.length + 1}`
      volumes.push(volume)
      await outputOf('docker', ['volume', 'create', volume])
      return volume
    },
    async start(run) {
      const container = `${name}-${randomBytes(4).toString('hex')}`
      containers.add(container)
      const followed = await follow('docker', runArgs(name, container, run))
      return dockerContainer({ container, followed, remove: () => remove(container) })
    },
    async [Symbol.asyncDispose]() {
      for (const container of containers) await remove(container)
      for (const volume of volumes) await runProgram('docker', ['volume', 'rm', '--force', volume])
      await runProgram('docker', ['image', 'rm', '--force', name])
    },
  }
}

function runArgs(image: string, container: string, { volume, isReadOnly }: Run): string[] {
  const bounds = isReadOnly ? [...READ_ONLY, ...NO_MORE_RIGHTS] : []
  const given = [
    '--name',
    container,
    '--publish',
    '127.0.0.1::12008',
    '--volume',
    `${volume}:/data`,
  ]
  return ['run', '--rm', ...given, ...bounds, image]
}

type Parts = {
  container: string
  followed: Awaited<ReturnType<typeof follow>>
  remove(): Promise<void>
}

async function dockerContainer({ container, followed, remove }: Parts): Promise<Container> {
  const { readyMs, stdout, ended } = followed
  const port = publishedPort(await outputOf('docker', ['port', container, '12008/tcp']))
  return {
    url: `http://127.0.0.1:${port}`,
    ...{ readyMs, stdout },
    exec: (command, input) =>
      runProgram('docker', ['exec', '--interactive', container, ...command], { input }),
    async signal(name) {
      await outputOf('docker', ['kill', '--signal', name, container])
      return ended
    },
    [Symbol.asyncDispose]: remove,
  }
}

/** The number in what `docker port` prints: a line for each address. */
export function publishedPort(text: string): number {
  const port = Number(/:(\d+)$/m.exec(text)?.[1])
  if (!port) throw new Error(`docker names no port: ${text}`)
  return port
}
