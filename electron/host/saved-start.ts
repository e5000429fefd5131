import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { savedStart, type SavedStart } from '../../shared/preferences.ts'

/** What was chosen in Settings for the next start; `problem` is a sentence. */
export function readSavedStart(dataDir: string): { saved: SavedStart; problem: string | null } {
  const path = join(dataDir, 'host.json')
  try {
    return { saved: savedStart.parse(JSON.parse(readFileSync(path, 'utf8'))), problem: null }
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const problem = isMissing ? null : `${path} cannot be read: its settings are ignored.`
    return { saved: {}, problem }
  }
}
