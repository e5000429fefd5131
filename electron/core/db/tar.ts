/** One entry of a tar file; a folder has no content. */
export type TarEntry = { kind: 'file' | 'folder'; name: string; size: number }

/** Reads a stream of buffers by lengths. */
export interface ByteReader {
  /** Exactly so many bytes; rejects if the stream ends before. */
  take(length: number): Promise<Buffer>
  /** Reads to the end and forgets what is read. */
  drain(): Promise<void>
}

const block = 512
const sumOffset = 148

/** How many zeros follow a content of this size. */
export function padding(size: number): number {
  return (block - (size % block)) % block
}

/** A header in the ustar format (POSIX.1-1988); names of at most 100 bytes are all we need. */
export function encodeHeader({ kind, name, size }: TarEntry): Buffer {
  const full = kind === 'folder' ? `${name}/` : name
  if (Buffer.byteLength(full) > 100) throw new Error(`${full} is too long a name for the archive`)
  const header = Buffer.alloc(block)
  header.write(full, 0)
  header.write(kind === 'folder' ? '0000700\0' : '0000600\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write(kind === 'folder' ? '5' : '0', 156)
  header.write('ustar\0', 257)
  header.write('00', 263)
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, sumOffset)
  return header
}

/** Null for the empty block that ends a tar file. */
export function decodeHeader(header: Buffer): TarEntry | null {
  if (header.every((byte) => byte === 0)) return null
  if (readOctal(header, sumOffset, 8) !== sumOf(header)) throw new Error('the archive is damaged')
  const name = readText(header, 0, 100).replace(/\/$/, '')
  const kind = readText(header, 156, 1) === '5' ? 'folder' : 'file'
  return { kind, name, size: readOctal(header, 124, 12) }
}

export function openByteReader(source: AsyncIterable<Buffer>): ByteReader {
  const chunks = source[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  return {
    async take(length) {
      const parts = [held]
      let have = held.length
      while (have < length) {
        const next = await chunks.next()
        if (next.done) throw new Error('the archive ends too early')
        parts.push(next.value)
        have += next.value.length
      }
      const all = parts.length === 1 ? held : Buffer.concat(parts)
      held = all.subarray(length)
      return all.subarray(0, length)
    },
    async drain() {
      held = Buffer.alloc(0)
      while (!(await chunks.next()).done);
    },
  }
}

/** The sum of all bytes, those of the sum itself counted as spaces. */
function sumOf(header: Buffer): number {
  return header.reduce((sum, byte, index) => {
    const inSum = index >= sumOffset && index < sumOffset + 8
    return sum + (inSum ? 32 : byte)
  }, 0)
}

function readText(header: Buffer, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length)
  const end = field.indexOf(0)
  return field.subarray(0, end === -1 ? length : end).toString('utf8')
}

function readOctal(header: Buffer, offset: number, length: number): number {
  return Number.parseInt(readText(header, offset, length).trim(), 8)
}
