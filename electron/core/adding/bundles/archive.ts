import { unzip, unzipSync } from 'fflate'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../errors.ts'

const MOST_FILES = 20_000
const MOST_BYTES = 500 * 1024 * 1024
const MANIFEST = 'manifest.json'
const MOST_MANIFEST_BYTES = 1024 * 1024
/** How many files are written at a time. */
const AT_ONCE = 16

/** Reads `manifest.json` of a bundle and judges the rest. Throws AppError `invalid`. */
export function readManifestText(bytes: Uint8Array): string {
  let files = 0
  let size = 0
  const found = opened(() =>
    unzipSync(bytes, {
      filter({ name, originalSize }) {
        files += 1
        size += originalSize
        if (files > MOST_FILES) throw refused(`holds more than ${MOST_FILES} files`)
        if (size > MOST_BYTES) throw refused('would take more than 500 MB on the disk')
        if (!isSafePath(name)) throw refused(`holds a file outside of itself: "${name}"`)
        return name === MANIFEST && originalSize <= MOST_MANIFEST_BYTES
      },
    }),
  )
  const manifest = found[MANIFEST]
  if (!manifest) throw refused('has no manifest.json, so it is no bundle')
  return new TextDecoder().decode(manifest)
}

/**
 * Unpacks a bundle that `readManifestText` has judged; what is there of an earlier time is taken for
 * whole, since a folder gets its name when all is in it. `programs` may be executed.
 */
export async function unpack(
  bytes: Uint8Array,
  { folder, programs }: { folder: string; programs: readonly string[] },
): Promise<void> {
  const files = await unzipped(bytes)
  const temporary = `${folder}.new`
  await rm(temporary, { recursive: true, force: true })
  const entries = Object.entries(files).filter(([name]) => !name.endsWith('/') && isSafePath(name))
  for (let from = 0; from < entries.length; from += AT_ONCE) {
    await Promise.all(
      entries.slice(from, from + AT_ONCE).map(async ([name, content]) => {
        const path = join(temporary, name)
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, content)
      }),
    )
  }
  for (const program of programs.filter((name) => Object.hasOwn(files, name))) {
    await chmod(join(temporary, program), 0o755)
  }
  await rm(folder, { recursive: true, force: true })
  await rename(temporary, folder)
}

/** In worker threads, for what is large. */
function unzipped(bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  return new Promise((resolve, reject) => {
    unzip(bytes, (error, files) => {
      if (error) reject(refused(`cannot be unpacked: ${error.message}`))
      else resolve(files)
    })
  })
}

/** Relative, inside, and the same file on every system. */
function isSafePath(name: string): boolean {
  if (name === '' || name.includes('\\') || name.includes('\0') || name.includes(':')) return false
  return !name.startsWith('/') && !name.split('/').includes('..')
}

function opened<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('invalid', 'This file is no zip archive, so it is no bundle.', {
      cause: error,
    })
  }
}

function refused(reason: string): AppError {
  return new AppError('invalid', `This file ${reason}.`)
}
