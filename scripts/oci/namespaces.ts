import { readFile } from 'node:fs/promises'
import { kill } from 'node:process'
import { follow } from './container.ts'
import type { Container, Run } from './engine.ts'
import type { ImageFacts } from './image-facts.ts'
import { runProgram } from './run-program.ts'

/**
 * What the first process of a container does before it becomes the program of the image: mounts
 * that nobody else sees, then a root of its own. $1 the root, $2 the volume, $3 "read-only" or
 * nothing; the rest is what becomes of it.
 */
const ENTER = `
root=$1 volume=$2 mode=$3
shift 3
mount --bind "$root" "$root"
mount --bind "$volume" "$root/data"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for name in null zero full random urandom tty; do
  : > "$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir -m 1777 "$root/dev/shm"
for name in hosts resolv.conf; do
  [ -e "$root/etc/$name" ] || : > "$root/etc/$name"
  mount --bind "/etc/$name" "$root/etc/$name"
done
if [ "$mode" = read-only ]; then
  mount -t tmpfs -o mode=1777,noexec,nosuid,nodev tmpfs "$root/tmp"
  mount -o remount,bind,ro "$root"
fi
exec chroot "$root" "$@"
`
/** Around it: unshare itself tells no exit code of a program that SIGKILL ends. */
const TELL_CODE = '"$@"; exit $?'

/** For a user who is not root, and cannot become it either. */
const NO_RIGHTS = ['--clear-groups', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all']

export type Inside = { root: string; run: Run; facts: ImageFacts }

/** Runs ENTRYPOINT and CMD of an image on the root given, as its user, and waits until it is ready. */
export async function startInNamespaces({ root, run, facts }: Inside): Promise<Container> {
  const mode = run.isReadOnly ? 'read-only' : ''
  const program = [...asUser(facts), ...facts.entrypoint, ...facts.command]
  const enter = ['sh', '-euc', ENTER, 'sh', root, run.volume, mode, ...program]
  const apart = ['--mount', '--pid', '--ipc', '--uts', 'sh', '-c', TELL_CODE, 'sh']
  const followed = await follow('unshare', [...apart, ...enter])
  const { readyMs, stdout, ended } = followed
  // Of its own processes the first; with it all others end.
  const first = await onlyChildOf(followed.pid)
  let isOver = false
  void ended.then(() => (isOver = true))

  return {
    url: new URL(followed.readyUrl).origin,
    ...{ readyMs, stdout },
    exec(command, input) {
      const into = [
        '--target',
        String(first),
        '--mount',
        '--pid',
        '--ipc',
        '--uts',
        '--root',
        '--wd',
      ]
      return runProgram('nsenter', [...into, ...asUser(facts), ...command], { input })
    },
    signal(name) {
      kill(first, name)
      return ended
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) kill(first, 'SIGKILL')
      await ended
    },
  }
}

/** What an engine makes of USER, WORKDIR and ENV, in front of a program. */
export function asUser({ user, workingDir, environment }: ImageFacts): string[] {
  const [name = 'root', group = name] = user.split(':')
  const who = ['setpriv', `--reuid=${name}`, `--regid=${group}`, ...NO_RIGHTS]
  return [...who, 'env', '--ignore-environment', `--chdir=${workingDir}`, ...environment]
}

async function onlyChildOf(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const child = Number(children.trim().split(' ')[0])
  if (!child) throw new Error('The first process of the container was not found.')
  return child
}
