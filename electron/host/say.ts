import type { Writable } from 'node:stream'

/**
 * Writes a line, and resolves once it is out: on Windows pipes and terminals are written to in the
 * background, and who exits right after a write loses it.
 */
export function say(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(`${text}\n`, () => resolve()))
}
