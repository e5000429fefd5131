import type { Approvals } from '../approvals/approvals.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Peers } from './peers.ts'
import type { Ports } from './ports.ts'
import { within } from '../within.ts'

export type DrainParts = {
  http: Pick<Ports, 'drain' | 'end'>
  gateway: Pick<Gateway, 'parking' | 'pools'>
  approvals: Pick<Approvals, 'waiting'>
  peers: Pick<Peers, 'areThere'>
  /** How long it may take. */
  drainMs: number
}

/**
 * Begins nothing new, and resolves when what was begun is done, at most after `drainMs`. Calls that
 * wait for their clients, or for the person at one, are waited for where there is another replica,
 * which leads these here.
 */
export async function drain(parts: DrainParts): Promise<void> {
  const { http, gateway, approvals, peers, drainMs } = parts
  const until = performance.now() + drainMs
  const left = () => Math.max(0, until - performance.now())
  const waiting = [gateway.parking, approvals.waiting]
  await http.drain(left())
  while (waiting.some(({ size }) => size > 0) && peers.areThere() && left() > 0) {
    await within(left(), Promise.all(waiting.map((one) => one.whenEmpty())))
    // Who came back last is still being answered, and may be asked once more.
    await http.drain(left())
  }
}
