import { open, rename } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file (0600) so that after a power loss either the old or the new one is there, whole:
 * a neighbour is written, synced, and takes its name. It has taken it, for good, on return.
 */
export async function replaceFile(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const neighbour = `${path}.tmp`
  {
    await using file = await open(neighbour, 'w', 0o600)
    await write(file)
    await file.sync()
  }
  await rename(neighbour, path)
  await syncFolder(dirname(path))
}

/** Renames a file or folder so that a power loss cannot undo it. */
export async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}

async function syncFolder(path: string): Promise<void> {
  // Windows opens no folder, and keeps names in its journal without being asked.
  if (process.platform === 'win32') return
  await using folder = await open(path, 'r')
  await folder.sync()
}
