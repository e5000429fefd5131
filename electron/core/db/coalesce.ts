/**
 * One run of `work` for all who ask while another runs: each is served by a run that began after it
 * asked. So a hundred writes at once cost two snapshots, and none is acknowledged by an older one.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null

  const start = () => {
    next = null
    running = work()
    return running
  }
  return () => {
    // `start` comes after a failed run too: its failure belongs to those who waited for it.
    next ??= running.then(start, start)
    return next
  }
}
