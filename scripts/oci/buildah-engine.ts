import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { STDOUT_TO_STDERR, runChild } from '../run-child.ts'
import type { Buildah } from './buildah.ts'
import type { Engine, Run } from './engine.ts'
import { buildahFacts, type ImageFacts } from './image-facts.ts'
import { startInNamespaces } from './namespaces.ts'
import { outputOf, runProgram } from './run-program.ts'

export type BuildahOptions = {
  buildah: Buildah
  root: string
  dockerfile: string
  buildArgs: string[]
  /** The image to begin with. */
  base: string
}

/**
 * Builds with buildah, and runs what it built in namespaces of Linux, as an engine of containers
 * would: with processes, mounts and a root of its own, but on the network of this machine.
 */
export function openBuildahEngine(options: BuildahOptions): Engine {
  const { buildah, root, dockerfile, base } = options
  const name = `localhost/metamcp-verify-${randomBytes(4).toString('hex')}`
  const volumes: string[] = []
  const containers = new Set<AsyncDisposable>()
  let facts: Promise<ImageFacts> | undefined
  const readFacts = async () => {
    const bytes = await sizeOf(buildah, name)
    return buildahFacts(await buildah.output(['inspect', '--type', 'image', name]), bytes)
  }

  return {
    title: 'buildah and namespaces of Linux',
    async build() {
      const given = [`BASE=${base}`, ...options.buildArgs].flatMap((arg) => ['--build-arg', arg])
      // In docker's format: that of OCI knows no HEALTHCHECK.
      const way = ['--isolation', 'chroot', '--format', 'docker', '--pull-never', '--layers=false']
      const args = ['bud', ...way, '--file', dockerfile, '--tag', name, ...given, root]
      const code = await runChild(...buildah.command(args), { stdio: STDOUT_TO_STDERR })
      if (code !== 0) throw new Error(`buildah ended with code ${code}; the reason is above.`)
    },
    image: () => (facts ??= readFacts()),
    async makeVolume() {
      const volume = await mkdtemp(join(tmpdir(), 'metamcp-volume-'))
      volumes.push(volume)
      // As an engine makes one of what the image has there.
      await chown(volume, 1000, 1000)
      return volume
    },
    async start(run) {
      const read = await (facts ??= readFacts())
      const container = await startContainer({ buildah, name, run, facts: read })
      containers.add(container)
      return container
    },
    async [Symbol.asyncDispose]() {
      // All but those that were stopped in the middle are disposed of by now, and once is enough.
      for (const container of containers) await container[Symbol.asyncDispose]()
      for (const volume of volumes)
        await rm(volume, { recursive: true, force: true, maxRetries: 5 })
      // Containers of a build that was stopped, too: nobody else uses this storage.
      await runProgram(...buildah.command(['rm', '--all']))
      await runProgram(...buildah.command(['rmi', '--force', name]))
      await runProgram(...buildah.command(['rmi', '--prune']))
    },
  }
}

type Start = { buildah: Buildah; name: string; run: Run; facts: ImageFacts }

async function startContainer({ buildah, name, run, facts }: Start) {
  await using made = new AsyncDisposableStack()
  const container = await buildah.output(['from', '--pull-never', name])
  made.defer(async () => void (await buildah.output(['rm', container])))
  const root = await buildah.output(['mount', container])
  await mkdir(join(root, 'data'), { recursive: true })
  const placed = onOurNetwork(facts, await freePort())
  const running = await startInNamespaces({ root, run, facts: placed })
  made.use(running)
  const owned = made.move()
  return { ...running, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/**
 * Where an engine would publish the usual port at 127.0.0.1, it listens there itself, and at a free
 * one. ENTRYPOINT and CMD are run as they are; if somebody else takes the port first, the container
 * ends with a sentence that names it.
 */
export function onOurNetwork(facts: ImageFacts, port: number): ImageFacts {
  const place = ['METAMCP_HOST=127.0.0.1', `METAMCP_PORT=${port}`]
  return { ...facts, environment: [...facts.environment, ...place] }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function sizeOf(buildah: Buildah, image: string): Promise<number> {
  const container = await buildah.output(['from', '--pull-never', image])
  try {
    const root = await buildah.output(['mount', container])
    const [bytes = ''] = (await outputOf('du', ['--summarize', '--bytes', root])).split('\t')
    return Number(bytes)
  } finally {
    await buildah.output(['rm', container])
  }
}
