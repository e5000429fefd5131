import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { platform } from 'node:os'
import { dirname } from 'node:path'
import { AppError } from './errors.ts'

/** `created` says whether the text was made just now. */
export type PrivateText = { text: string; created: boolean }

/**
 * The one line that a file of mode 0600 holds; made by `make` if there is no such file. What was made
 * is on the disk before it is returned. An empty file is what a crash in the first writing leaves:
 * nobody can have used it, so it is filled.
 */
export async function readOrCreatePrivateFile(
  path: string,
  make: () => string,
): Promise<PrivateText> {
  const existing = await readPrivateFile(path)
  if (existing) return { text: existing, created: false }
  const text = make()
  // Exclusive: two programs that both found nothing must not each go on with a text of their own.
  const flags = existing === null ? 'wx' : 'r+'
  await using file = await open(path, flags, 0o600)
  await file.writeFile(`${text}\n`)
  await file.sync()
  await syncFolder(dirname(path))
  return { text, created: true }
}

/** `null` when there is no such file, `''` when it is empty. */
async function readPrivateFile(path: string): Promise<string | null> {
  await using file = await openIfExists(path)
  if (!file) return null
  await refuseReadableByOthers(file, path)
  return (await file.readFile('utf8')).trim()
}

async function openIfExists(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDONLY)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function refuseReadableByOthers(file: FileHandle, path: string): Promise<void> {
  // Windows has no such bits; the profile folder's access list does their work.
  if (platform() === 'win32') return
  const { mode } = await file.stat()
  if ((mode & 0o077) === 0) return
  throw new AppError(
    'invalid',
    `"${path}" holds a secret and other users of this machine can read it. Make it private: chmod 600 "${path}"`,
  )
}

async function syncFolder(path: string): Promise<void> {
  // Windows can neither open nor sync a folder, and needs no such call for a file to be found again.
  if (platform() === 'win32') return
  await using folder = await open(path, constants.O_RDONLY)
  await folder.sync()
}
