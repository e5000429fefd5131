import { createHash, randomUUID } from 'node:crypto'
import {
  access,
  constants,
  lstat,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../errors.ts'
import { BrokenFile } from './files/text.ts'

/** A file as it was read. */
export type ReadFile = { bytes: Buffer; text: string; fingerprint: string; changedAt: string }

/** What stands for a file that is not there. */
export const NO_FILE = 'none'

/** A file that this user cannot read or write. */
export class LockedFile extends AppError {
  constructor(reason: string) {
    super('unavailable', reason)
    this.name = 'LockedFile'
  }
}

/** `null` when there is none. Throws `LockedFile`, or `BrokenFile` for what is not UTF-8. */
export async function readClientFile(path: string): Promise<ReadFile | null> {
  try {
    const bytes = await readFile(path)
    const { mtime } = await stat(path)
    await access(path, constants.W_OK)
    return {
      bytes,
      text: textIn(bytes),
      fingerprint: fingerprintOf(bytes),
      changedAt: mtime.toISOString(),
    }
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return null
    if (isCode(error, 'EACCES', 'EPERM', 'EROFS')) throw new LockedFile('it may not be changed')
    if (isCode(error, 'EISDIR')) throw new LockedFile('it is a folder')
    throw error
  }
}

export async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

export function fingerprintOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The first free name for a backup made on this day, beside the file. */
export async function backupPath(path: string, day: string): Promise<string> {
  for (let count = 1; ; count++) {
    const free = `${path}.metamcp-${day}${count === 1 ? '' : `-${count}`}.bak`
    if (!(await isThere(free))) return free
  }
}

/** A copy that others can read no more than the file itself. */
export async function writeBackup(path: string, file: ReadFile, from: string): Promise<void> {
  const { mode } = await stat(from)
  await using copy = await open(path, 'wx', mode & 0o777)
  await copy.writeFile(file.bytes)
  await copy.sync()
}

/**
 * Replaces a file as a whole or not at all, through links, with the mode it had. `expected` is the
 * fingerprint that it must still have. Resolves with the topmost folder that had to be made.
 */
export async function replaceFile(
  path: string,
  bytes: Buffer,
  expected: string,
): Promise<string | null> {
  const madeFolder = (await mkdir(dirname(path), { recursive: true })) ?? null
  const target = await realpath(path).catch(() => path)
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => 0o600,
  )
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`)
  try {
    await using file = await open(draft, 'wx', mode)
    await file.writeFile(bytes)
    // Not all of it survives the process's mask.
    await file.chmod(mode)
    await file.sync()
    const now = await readClientFile(path)
    if ((now?.fingerprint ?? NO_FILE) !== expected) throw changedSince()
    await file.close()
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    if (isCode(error, 'EACCES', 'EPERM', 'EROFS')) throw new LockedFile('it may not be changed')
    throw error
  }
  return madeFolder
}

/** Takes a file away that was made, with the folders made for it as long as they are empty. */
export async function removeFile(path: string, madeFolder: string | null): Promise<void> {
  await rm(path)
  if (madeFolder === null) return
  for (let folder = dirname(path); folder.length >= madeFolder.length; folder = dirname(folder)) {
    try {
      await rmdir(folder)
    } catch {
      return
    }
  }
}

export function changedSince(): AppError {
  return new AppError('conflict', 'The file changed after this preview.')
}

function textIn(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new BrokenFile('it is not UTF-8 text')
  }
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
