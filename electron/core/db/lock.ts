import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, messageOf } from '../errors.ts'

/** Exclusive use of a folder until `release()` or the end of the process, however it ends. */
export interface Lock {
  /** Idempotent. */
  release(): Promise<void>
}

/** What a process answers on its socket: it holds the lock, or it is only trying to get it. */
type Claim = { pid: number; holds: boolean }
type Post = { name: string; claim: Claim; close(): Promise<void> }

const giveUpMs = 10_000
const answerMs = 1_000
/** `sun_path` holds 104 bytes on macOS, 108 on Linux, the final zero included. */
const socketPathBytes = 100

/**
 * Takes the data folder for this process and creates it (0700) if it is missing. A second process
 * is refused with an AppError `in-use` that names the first; what a dead process left is ignored.
 */
export function lockDataDir(dataDir: string): Promise<Lock> {
  return lockFolder(dataDir, 'lock')
}

/**
 * PGlite does not notice a second process on its files: rows of one of them are lost silently. So
 * the database has a lock of its own, which nobody can forget to take.
 */
export function lockStore(dataDir: string): Promise<Lock> {
  return lockFolder(dataDir, 'db.lock')
}

async function lockFolder(dataDir: string, name: string): Promise<Lock> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const folder = await realpath(dataDir)
    if (process.platform === 'win32') return await lockByPipe(folder, name)
    return await lockBySockets(folder, name)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const message = `The data folder ${dataDir} cannot be locked: ${messageOf(cause)}.`
    throw new AppError('unavailable', message, { cause })
  }
}

/** A named pipe has one first instance and dies with its process: the system does all the work. */
async function lockByPipe(folder: string, name: string): Promise<Lock> {
  const hash = createHash('sha256').update(`${folder.toLowerCase()}\n${name}`).digest('hex')
  const pipe = `\\\\.\\pipe\\metamcp-${hash}`
  const deadline = Date.now() + giveUpMs
  while (Date.now() < deadline) {
    const post = await openPost(pipe).catch(throwUnlessTaken)
    if (post) {
      post.claim.holds = true
      return { release: post.close }
    }
    const holder = await ask(pipe)
    if (holder) throw inUse(folder, holder.pid)
    await delay(Math.random() * 40)
  }
  throw inUse(folder, 0)
}

/*
 * On Unix a socket file outlives its process, and "found dead, so removed it and took its place" is
 * a race between any two that find it dead. So nobody takes another's place: each process listens
 * on a socket of its own name in one folder, then reads the folder, and holds the lock only if its
 * own socket is still there and no other one answers. Of two processes one must have listened
 * before the other read, so never do both hold. Only a holder removes dead sockets; a process whose
 * socket is removed between bind and listen misses it when it reads, or meets the holder.
 */
async function lockBySockets(folder: string, name: string): Promise<Lock> {
  const lockDir = join(folder, name)
  await mkdir(lockDir, { recursive: true, mode: 0o700 })
  await chmod(lockDir, 0o700)
  const shortcut = await shorten(lockDir)
  try {
    const post = await contend(folder, shortcut.path)
    return {
      release: async () => {
        await post.close()
        await rm(join(lockDir, post.name), { force: true })
      },
    }
  } finally {
    await shortcut.remove()
  }
}

async function contend(folder: string, lockDir: string): Promise<Post> {
  const deadline = Date.now() + giveUpMs
  while (Date.now() < deadline) {
    const { alive } = await readOthers(lockDir, '')
    const holder = alive.find((other) => other.holds)
    if (holder) throw inUse(folder, holder.pid)
    const post = alive.length === 0 ? await stand(lockDir) : null
    if (post) return post
    await delay(Math.random() * 40)
  }
  throw inUse(folder, 0)
}

/** Of those who stand at the same time the one whose name sorts first stays, the others withdraw. */
async function stand(lockDir: string): Promise<Post | null> {
  const own = `${randomBytes(6).toString('hex')}-${process.pid}`
  const post = await openPost(join(lockDir, own))
  for (;;) {
    const others = await readOthers(lockDir, own)
    if (others.ownIsThere && others.alive.length === 0) {
      post.claim.holds = true
      for (const name of others.dead) await rm(join(lockDir, name), { force: true })
      return post
    }
    if (!others.ownIsThere || others.alive.some((other) => other.holds || other.name < own)) {
      // Closing removes the socket file too.
      await post.close()
      return null
    }
    await delay(5)
  }
}

async function readOthers(lockDir: string, own: string) {
  const names = await readdir(lockDir)
  const others = names.filter((name) => name !== own)
  const claims = await Promise.all(others.map((name) => ask(join(lockDir, name))))
  return {
    ownIsThere: names.includes(own),
    alive: others.flatMap((name, index) => {
      const claim = claims[index]
      return claim ? [{ name, ...claim }] : []
    }),
    dead: others.filter((_, index) => claims[index] === null),
  }
}

async function openPost(path: string): Promise<Post> {
  const claim: Claim = { pid: process.pid, holds: false }
  const server = createServer((socket) => {
    // The one who asked may be gone already, which is its own business.
    socket.on('error', () => {})
    socket.write(JSON.stringify(claim))
    // Not end(): one who asked and was stopped must not keep release() waiting.
    socket.destroySoon()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  // The lock lasts as long as the process, and is no reason for it to last.
  server.unref()
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { name: basename(path), claim, close }
}

/** Null if nobody listens there. Who listens but does not answer, a stopped process, is a holder. */
async function ask(path: string): Promise<Claim | null> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const answer = await askOnce(path)
    if (answer !== 'broken off') return answer
    // It ended while we were in its queue: the next question finds nobody, or its successor.
    await delay(2)
  }
  return { pid: pidInName(path), holds: true }
}

function askOnce(path: string): Promise<Claim | null | 'broken off'> {
  return new Promise((resolve) => {
    const socket = connect(path)
    let text = ''
    socket.setTimeout(answerMs, () => {
      socket.destroy()
      resolve({ pid: pidInName(path), holds: true })
    })
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const nobody = error.code === 'ECONNREFUSED' || error.code === 'ENOENT'
      resolve(nobody ? null : 'broken off')
    })
    socket.on('close', () => resolve(readClaim(text) ?? 'broken off'))
  })
}

function pidInName(path: string): number {
  return Number.parseInt(path.split('-').at(-1) ?? '', 10) || 0
}

function readClaim(text: string): Claim | null {
  try {
    const { pid, holds } = JSON.parse(text) as Partial<Claim>
    return typeof pid === 'number' && typeof holds === 'boolean' ? { pid, holds } : null
  } catch {
    return null
  }
}

/** A way to the folder that fits into a socket address: itself, or a private link in the temp folder. */
async function shorten(folder: string): Promise<{ path: string; remove(): Promise<void> }> {
  const longestName = `/-${process.pid}`.length + 12
  if (Buffer.byteLength(folder) + longestName <= socketPathBytes) {
    return { path: folder, remove: async () => {} }
  }
  const home = await mkdtemp(join(tmpdir(), 'mm-'))
  await symlink(folder, join(home, 'l'))
  return { path: join(home, 'l'), remove: () => rm(home, { recursive: true, force: true }) }
}

function throwUnlessTaken(error: NodeJS.ErrnoException): null {
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return null
  throw error
}

function inUse(folder: string, pid: number): AppError {
  const who = pid > 0 ? `the MetaMCP process ${pid}` : 'another MetaMCP process'
  return new AppError(
    'in-use',
    `${folder} is in use by ${who}. Stop that one first, or choose another data folder.`,
  )
}
