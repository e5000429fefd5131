import { networkInterfaces } from 'node:os'

/** No system tells a program without a window when its network changes. */
const LOOK_MS = 5_000

/** Calls back when the addresses of this machine are others, or it is on line again. */
export function watchNetwork(isOnline: () => boolean, onChange: () => void): () => void {
  let before = fingerprint(isOnline())
  const timer = setInterval(() => {
    const now = fingerprint(isOnline())
    if (now === before) return
    before = now
    if (isOnline()) onChange()
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

function fingerprint(isOnline: boolean): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
  )
  return JSON.stringify([isOnline, addresses.toSorted()])
}
