import { chmod, copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { BackupView } from '../../../shared/data.ts'
import { listBackups } from '../db/backup.ts'
import { replaceFile } from '../db/durable.ts'
import { pathsIn, stamp } from '../db/paths.ts'
import { AppError, messageOf } from '../errors.ts'

const pending = z.object({ name: z.string() })

/** What all files under a folder take; what goes away meanwhile counts nothing. */
export async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return bytesIn(path)
    return entry.isFile() ? sizeOf(path) : 0
  })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

export async function backupsIn(dataDir: string): Promise<BackupView[]> {
  const paths = await listBackups(pathsIn(dataDir))
  return Promise.all(paths.map(viewOf))
}

export async function viewOf(path: string): Promise<BackupView> {
  const name = basename(path)
  return { name, at: timeIn(name), bytes: await sizeOf(path) }
}

/** Copies a backup from anywhere to ours, as the newest; resolves with its name there. */
export async function takeBackup(dataDir: string, file: string): Promise<string> {
  const { backups } = pathsIn(dataDir)
  const name = `${stamp()}-put-back.tgz`
  try {
    await mkdir(backups, { recursive: true, mode: 0o700 })
    await copyFile(file, join(backups, name))
    await chmod(join(backups, name), 0o600)
    return name
  } catch (cause) {
    await rm(join(backups, name), { force: true })
    const message = `The backup "${file}" cannot be read: ${messageOf(cause)}.`
    throw new AppError('invalid', message, { cause })
  }
}

/** Has the next start put a backup back, if `check` has nothing against it; `null` calls that off. */
export async function scheduleRestore(
  dataDir: string,
  name: string | null,
  check?: (file: string) => Promise<void>,
): Promise<void> {
  if (name === null) return rm(noteIn(dataDir), { force: true })
  const backups = await backupsIn(dataDir)
  if (!backups.some((backup) => backup.name === name)) {
    throw new AppError('not-found', `There is no backup called "${name}".`)
  }
  // Whoever asks is there now, and nobody will be at the next start.
  await check?.(join(pathsIn(dataDir).backups, name))
  await replaceFile(noteIn(dataDir), (file) => file.writeFile(`${JSON.stringify({ name })}\n`))
}

export async function pendingRestore(dataDir: string): Promise<string | null> {
  try {
    return pending.parse(JSON.parse(await readFile(noteIn(dataDir), 'utf8'))).name
  } catch {
    return null
  }
}

/** The file to put back now. It is asked for once: a backup that fails stops no further start. */
export async function takePendingRestore(dataDir: string): Promise<string | null> {
  const name = await pendingRestore(dataDir)
  await scheduleRestore(dataDir, null)
  // Only from among ours, whatever somebody has written into the note.
  return name === null ? null : join(pathsIn(dataDir).backups, basename(name))
}

function noteIn(dataDir: string): string {
  return join(dataDir, 'restore.json')
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0
}

/** `2026-01-02T03-04-05-678Z-0003_name.tgz` as ISO 8601. */
function timeIn(name: string): string {
  const [, date = '', hour = '', minute = '', second = '', ms = ''] =
    /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z/.exec(name) ?? []
  return `${date}T${hour}:${minute}:${second}.${ms}Z`
}
