let closings: (() => Promise<void>)[] = []

/** Has what the tests of a file share closed after the last of them, be it opened in a test. */
export function afterFile(close: () => Promise<void>): void {
  closings.push(close)
}

export async function closeAfterFile(): Promise<void> {
  const last = closings.toReversed()
  closings = []
  for (const close of last) await close()
}
