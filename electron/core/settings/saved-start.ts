import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { savedStart, type SavedStart } from '../../../shared/preferences.ts'
import { replaceFile } from '../db/durable.ts'
import { AppError, messageOf } from '../errors.ts'

/** Hosts read it before there is a core: see electron/host/saved-start.ts. */
const FILE = 'host.json'

/** What the next start is to do other than by default; a file that cannot be read says nothing. */
export async function readSavedStart(dataDir: string): Promise<SavedStart> {
  try {
    return savedStart.parse(JSON.parse(await readFile(join(dataDir, FILE), 'utf8')))
  } catch {
    return {}
  }
}

export async function writeSavedStart(dataDir: string, saved: SavedStart): Promise<void> {
  await replaceFile(join(dataDir, FILE), (file) =>
    file.writeFile(`${JSON.stringify(saved, null, 2)}\n`),
  )
}

/** Whether a start could listen there; rejects with an AppError that says why it could not. */
export async function tryPort(host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const server = createServer().once('error', reject)
  // As the HTTP server does, and at once given back.
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()))
  await promise.catch((cause: unknown) => {
    throw new AppError('invalid', `${reasonOf(port, cause)}`, { cause })
  })
}

function reasonOf(port: number, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'EADDRINUSE') return `Port ${port} is in use by another program.`
  if (code === 'EACCES') {
    return `Port ${port} needs rights that MetaMCP does not have. Use one above 1023.`
  }
  return `Port ${port} cannot be used: ${messageOf(error)}.`
}
