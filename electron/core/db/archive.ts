import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, stat, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { replaceFile } from './durable.ts'
import { decodeHeader, encodeHeader, openByteReader, padding } from './tar.ts'
import type { ByteReader } from './tar.ts'

/*
 * A folder in one compressed file, for backups and for the template of a new store. Ordinary
 * `.tar.gz`, so that a person can open it without us; streamed, so that its size does not matter.
 */

export type ArchiveContent = {
  /** One text file, first in the archive, so that it can be read without the rest. */
  note: { name: string; text: string }
  /** A folder whose files nobody is writing. */
  folder: { name: string; path: string }
}

/** What is larger goes to disk in pieces instead of at once. */
const pieceBytes = 1 << 20
const writesAtOnce = 16

export async function writeArchive(path: string, content: ArchiveContent): Promise<void> {
  await replaceFile(path, async (file) => {
    await pipeline(Readable.from(tarOf(content)), createGzip(), async (zipped) => {
      for await (const chunk of zipped) await file.appendFile(chunk as Buffer)
    })
  })
}

/** The text that `writeArchive` put first. */
export async function readNote(path: string): Promise<{ name: string; text: string }> {
  const { source, reader } = openArchive(path)
  try {
    const entry = await readEntry(reader)
    if (entry?.kind !== 'file') throw new Error(`${path} does not begin with a file`)
    return { name: entry.name, text: (await reader.take(entry.size)).toString('utf8') }
  } finally {
    source.destroy()
  }
}

/** Unpacks into an empty folder, for its owner only. Rejects if any byte of the archive is damaged. */
export async function unpackArchive(path: string, folder: string): Promise<void> {
  const { source, reader } = openArchive(path)
  const writing = new Set<Promise<void>>()
  try {
    for (let entry = await readEntry(reader); entry; entry = await readEntry(reader)) {
      const target = join(folder, ...safeParts(entry.name))
      if (entry.kind === 'folder') {
        await mkdir(target, { recursive: true, mode: 0o700 })
        continue
      }
      if (entry.size > pieceBytes) await writePieces(target, entry.size, reader)
      else writing.add(writeFile(target, await reader.take(entry.size), { mode: 0o600 }))
      await reader.take(padding(entry.size))
      if (writing.size < writesAtOnce) continue
      await Promise.all(writing)
      writing.clear()
    }
    // To the last byte: the checksum of the whole stands at the end.
    await reader.drain()
  } finally {
    source.destroy()
    await Promise.all(writing)
  }
}

async function* tarOf({ note, folder }: ArchiveContent): AsyncGenerator<Buffer> {
  const text = Buffer.from(note.text)
  yield encodeHeader({ kind: 'file', name: note.name, size: text.length })
  yield Buffer.concat([text, Buffer.alloc(padding(text.length))])
  yield* tarOfFolder(folder.path, folder.name)
  // Two empty blocks end a tar file.
  yield Buffer.alloc(1024)
}

async function* tarOfFolder(path: string, name: string): AsyncGenerator<Buffer> {
  yield encodeHeader({ kind: 'folder', name, size: 0 })
  const entries = await readdir(path, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = join(path, entry.name)
    if (entry.isDirectory()) yield* tarOfFolder(child, `${name}/${entry.name}`)
    if (entry.isFile()) yield* tarOfFile(child, `${name}/${entry.name}`)
  }
}

async function* tarOfFile(path: string, name: string): AsyncGenerator<Buffer> {
  const { size } = await stat(path)
  yield encodeHeader({ kind: 'file', name, size })
  let written = 0
  for await (const chunk of createReadStream(path, { highWaterMark: pieceBytes })) {
    written += (chunk as Buffer).length
    yield chunk as Buffer
  }
  if (written !== size) throw new Error(`${path} changed while it was being packed`)
  yield Buffer.alloc(padding(size))
}

function openArchive(path: string): { source: Readable; reader: ByteReader } {
  const source = createReadStream(path)
  const unzipped = createGunzip()
  source.on('error', (error) => unzipped.destroy(error))
  source.on('close', () => unzipped.destroyed || unzipped.end())
  source.pipe(unzipped)
  return { source: unzipped, reader: openByteReader(unzipped) }
}

async function readEntry(reader: ByteReader) {
  return decodeHeader(await reader.take(512))
}

async function writePieces(path: string, size: number, reader: ByteReader): Promise<void> {
  await using file: FileHandle = await open(path, 'w', 0o600)
  for (let left = size; left > 0; left -= pieceBytes) {
    await file.appendFile(await reader.take(Math.min(left, pieceBytes)))
  }
}

function safeParts(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '')
  const odd = parts.some((part) => part === '..' || part === '.' || part.includes('\\'))
  if (odd || name.startsWith('/'))
    throw new Error(`the archive names a file outside itself: ${name}`)
  return parts
}
