import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const firstLine = z.object({ version: z.literal(1), source: z.string(), fetchedAt: z.string() })

export type CopyHead = Omit<z.infer<typeof firstLine>, 'version'>

/**
 * Reads a copy of the registry, line by line so that nothing waits for it; `null` when there is
 * none of this source. What cannot be read is left out: it comes with the next comparison.
 */
export async function readCopy(
  path: string,
  { source, onLine }: { source: string; onLine: (value: unknown) => void },
): Promise<CopyHead | null> {
  const stream = createReadStream(path, 'utf8')
  try {
    let head: CopyHead | null = null
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      const value = parsed(line)
      if (head) {
        onLine(value)
        continue
      }
      const result = firstLine.safeParse(value)
      if (!result.success || result.data.source !== source) return null
      head = result.data
    }
    return head
  } catch {
    return null
  } finally {
    stream.destroy()
  }
}

/** Writes it anew, and puts it in the place of the old one when it is complete. */
export async function writeCopy(
  path: string,
  head: CopyHead,
  lines: Iterable<string>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    let chunk = `${JSON.stringify({ version: 1, ...head })}\n`
    for (const line of lines) {
      chunk += `${line}\n`
      if (chunk.length < 64 * 1024) continue
      await file.write(chunk)
      chunk = ''
    }
    await file.write(chunk)
  } catch (error) {
    await file.close()
    await rm(temporary, { force: true })
    throw error
  }
  await file.close()
  await rename(temporary, path)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
