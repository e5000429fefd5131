import { cp, mkdir, rm, symlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { execPath, version } from 'node:process'
import { STDOUT_TO_STDERR, runChild } from '../run-child.ts'
import type { Buildah } from './buildah.ts'
import { runProgram } from './run-program.ts'

const SUITE = 'bookworm'
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const CERTIFICATES = '/usr/local/share/ca-certificates/of-this-machine.crt'

export type BaseOptions = {
  buildah: Buildah
  /** npm's own folder. */
  npm: string
  /** A file of certificates that this machine trusts beside the usual ones, if it names one. */
  certificates: string | undefined
  tell(sentence: string): void
}

/**
 * Makes an image that stands for `node:24-bookworm-slim` where no registry of images is asked:
 * Debian by debootstrap, the Node that runs this, and its npm. It is kept for the next time.
 * Resolves with its name.
 */
export async function makeBaseImage({ buildah, npm, certificates, tell }: BaseOptions) {
  const name = `localhost/metamcp-base:${SUITE}-node-${version}`
  if ((await runProgram(...buildah.command(['inspect', '--type', 'image', name]))).code === 0) {
    return name
  }
  tell(`Making an image with Debian ${SUITE} and Node ${version} to begin with, once.`)
  const container = await buildah.output(['from', 'scratch'])
  try {
    const root = await buildah.output(['mount', container])
    await bootstrap(root)
    await addNode(root, npm)
    const trust = certificates ? [['--env', `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`]] : []
    if (certificates) await cp(certificates, join(root, CERTIFICATES), { dereference: true })
    const config = [...trust, ['--env', `PATH=${PATH}`], ['--cmd', 'node']].flat()
    await buildah.output(['config', ...config, container])
    await buildah.output(['commit', '--quiet', '--format', 'docker', container, name])
  } finally {
    await buildah.output(['rm', container])
  }
  return name
}

async function bootstrap(root: string): Promise<void> {
  const options = ['--variant=minbase', '--include=ca-certificates,libstdc++6']
  const code = await runChild('debootstrap', [...options, SUITE, root], { stdio: STDOUT_TO_STDERR })
  if (code !== 0) throw new Error(`debootstrap ended with code ${code}; the reason is above.`)
  // As slim as the image that this stands for.
  const unused = ['dev', 'usr/share/doc', 'usr/share/man', 'usr/share/locale', 'var/cache/apt']
  for (const folder of [...unused, 'var/lib/apt/lists']) {
    await rm(join(root, folder), { recursive: true, force: true })
  }
  for (const folder of ['dev', 'var/cache/apt', 'var/lib/apt/lists']) {
    await mkdir(join(root, folder), { recursive: true })
  }
}

async function addNode(root: string, npm: string): Promise<void> {
  const bin = join(root, 'usr/local/bin')
  await cp(execPath, join(bin, 'node'), { dereference: true })
  await cp(npm, join(root, 'usr/local/lib/node_modules/npm'), {
    recursive: true,
    dereference: true,
  })
  for (const [name, script] of Object.entries({ npm: 'npm-cli.js', npx: 'npx-cli.js' })) {
    await symlink(`../lib/node_modules/npm/bin/${script}`, join(bin, name))
  }
  const groups = ['groupadd --gid 1000 node', 'useradd --uid 1000 --gid node --create-home node']
  const { code, stderr } = await runProgram('chroot', [root, 'sh', '-c', groups.join(' && ')])
  if (code !== 0) throw new Error(`The user "node" could not be made: ${stderr}`)
}

/** Where the npm is that runs this, or else the one in PATH; `null` without any. */
export async function findNpm(env: Record<string, string | undefined>): Promise<string | null> {
  const script = env.npm_execpath
  if (script && /npm-cli\.js$/.test(script)) return resolve(dirname(script), '..')
  const { code, stdout } = await runProgram('npm', ['root', '--global'])
  return code === 0 ? join(stdout.trim(), 'npm') : null
}
