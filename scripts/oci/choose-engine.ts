/** What a machine has of what is needed. */
export type Found = {
  /** What `docker info` says of its engine: that it answers, or why not; `null` without a docker. */
  docker: { answers: true } | { answers: false; reason: string } | null
  platform: NodeJS.Platform
  /** The user's number. */
  uid: number | undefined
  hasApt: boolean
  /** Those of the programs in question that are there. */
  programs: ReadonlySet<string>
}

export type Choice =
  | { kind: 'docker' }
  /** `install`: Debian packages that are missing. `because`: why not docker, as half a sentence. */
  | { kind: 'buildah'; install: string[]; because: string }
  /** What to do so that there is one. */
  | { kind: 'none'; sentence: string }

/** What builds an image where no engine answers, and what makes the image to begin with. */
const PACKAGES = ['buildah', 'debootstrap'] as const
/** What runs it: of util-linux and coreutils, so on any Linux. */
const RUNNERS = ['unshare', 'nsenter', 'setpriv', 'mount', 'chroot'] as const
export const PROGRAMS: readonly string[] = [...PACKAGES, ...RUNNERS]

/** Docker where its engine answers, else buildah, which needs root and a Debian to install it on. */
export function chooseEngine(found: Found): Choice {
  const { docker, platform, uid, hasApt, programs } = found
  if (docker?.answers) return { kind: 'docker' }
  const because = docker ? `docker has no engine (${docker.reason})` : 'there is no docker'
  const none = (missing: string) => ({
    kind: 'none' as const,
    sentence: `The image can be built nowhere: ${because}, and ${missing}. Start a container engine, or run this as root on Debian or Ubuntu.`,
  })
  if (platform !== 'linux') return none('buildah runs on Linux alone')
  if (uid !== 0) return none('buildah needs root here')
  const runner = RUNNERS.find((name) => !programs.has(name))
  if (runner) return none(`${runner} of util-linux or coreutils is missing`)
  const install = PACKAGES.filter((name) => !programs.has(name))
  if (install.length > 0 && !hasApt) return none(`${install.join(' and ')} are not installed`)
  return { kind: 'buildah', install, because }
}

/** The reason in what `docker info` wrote, on one line. */
export function dockerReason(stderr: string): string {
  const line = stderr.split('\n').find((text) => /cannot|error|denied|failed/i.test(text))
  return (line ?? 'it does not answer')
    .trim()
    .replace(/^error(?: response from daemon)?: /i, '')
    .replace(/\.$/, '')
}
