import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

export type Rectangle = { x: number; y: number; width: number; height: number }

/** What is remembered of the window. */
export type WindowState = z.infer<typeof windowState>

const windowState = z.object({
  bounds: z
    .object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() })
    .nullable(),
  isMaximized: z.boolean(),
  /** Whether a person was told once that closing only hides. */
  hasHidden: z.boolean(),
})

export const SMALLEST = { width: 900, height: 560 }
const FIRST = { width: 1200, height: 760 }
/** So much of the title has to be within reach of the pointer. */
const REACHABLE = { width: 120, height: 40 }

/** In the folder of Electron's own files, which are as dispensable. */
export function openWindowState(folder: string) {
  const path = join(folder, 'window.json')
  let state = read(path)
  return {
    get: () => state,
    set(change: Partial<WindowState>) {
      state = { ...state, ...change }
      try {
        writeFileSync(path, `${JSON.stringify(state)}\n`)
      } catch {
        // A window in its old place is no reason to stop anything.
      }
    },
  }
}

function read(path: string): WindowState {
  try {
    return windowState.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return { bounds: null, isMaximized: false, hasHidden: false }
  }
}

/** Where the window opens: as remembered, if a screen is still there; else in the middle of one. */
export function fitBounds(
  saved: Rectangle | null,
  workAreas: readonly Rectangle[],
): Partial<Rectangle> & Pick<Rectangle, 'width' | 'height'> {
  const area = saved && workAreas.find((one) => isReachable(saved, one))
  const { width, height } = saved ?? FIRST
  const [first] = workAreas
  const room = area ?? first ?? FIRST
  const size = {
    width: Math.max(SMALLEST.width, Math.min(width, room.width)),
    height: Math.max(SMALLEST.height, Math.min(height, room.height)),
  }
  return area ? { x: saved.x, y: saved.y, ...size } : size
}

function isReachable(window: Rectangle, area: Rectangle): boolean {
  const left = Math.max(window.x, area.x)
  const right = Math.min(window.x + window.width, area.x + area.width)
  const isInHeight = window.y >= area.y && window.y + REACHABLE.height <= area.y + area.height
  return right - left >= REACHABLE.width && isInHeight
}
