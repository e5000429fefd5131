import { mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * One app for each folder, as Electron sees to it: who comes later leaves its arguments to the first.
 */
export function lockFolder(folder: string, onOther: (argv: string[]) => void): boolean {
  mkdirSync(folder, { recursive: true })
  const lock = join(folder, 'stand-in.lock')
  const visitors = join(folder, 'stand-in.visitors')
  mkdirSync(visitors, { recursive: true })
  const holder = holderOf(lock)
  if (holder !== null && isAlive(holder)) {
    const visit = join(visitors, `${process.pid}.json`)
    writeFileSync(visit, JSON.stringify(process.argv))
    return false
  }
  rmSync(lock, { force: true })
  writeFileSync(lock, String(process.pid), { flag: 'wx' })
  watch(visitors, () => {
    for (const name of readdirSync(visitors)) {
      const text = readFileSync(join(visitors, name), 'utf8')
      // Still being written; there is another event when it is done.
      if (!text.endsWith(']')) continue
      rmSync(join(visitors, name))
      onOther(JSON.parse(text) as string[])
    }
  }).unref()
  return true
}

function holderOf(lock: string): number | null {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
