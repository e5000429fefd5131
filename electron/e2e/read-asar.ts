import { readFileSync } from 'node:fs'

type Folder = { files: Record<string, Entry> }
type Entry = Folder | { size: number; offset?: string; unpacked?: boolean } | { link: string }

/** A file of an archive, by its path in it; `content` is `null` if it lies beside the archive. */
export type ArchivedFile = { path: string; content: Buffer | null }

/** All files of an `app.asar`: a header of JSON behind four sizes, then one file after the other. */
export function readAsar(path: string): ArchivedFile[] {
  const archive = readFileSync(path)
  const headerSize = archive.readUInt32LE(4)
  const textSize = archive.readUInt32LE(12)
  const header = JSON.parse(archive.toString('utf8', 16, 16 + textSize)) as Folder
  const start = 8 + headerSize

  function filesOf({ files }: Folder, folder: string): ArchivedFile[] {
    return Object.entries(files).flatMap(([name, entry]): ArchivedFile[] => {
      const own = folder === '' ? name : `${folder}/${name}`
      if ('files' in entry) return filesOf(entry, own)
      if ('link' in entry) return []
      if (entry.unpacked) return [{ path: own, content: null }]
      const from = start + Number(entry.offset)
      return [{ path: own, content: archive.subarray(from, from + entry.size) }]
    })
  }
  return filesOf(header, '')
}
