import { join } from 'node:path'

/** Where things are in the data folder. */
export type Paths = {
  /** The cluster; it appears here only when it is complete. */
  store: string
  /** Where a new cluster is made; what is found in it at a start is the rest of a crash. */
  staging: string
  stagedStore: string
  snapshot: string
  backups: string
  /** A note that a query met damage, for the next start. */
  suspicion: string
}

export const storeName = 'db'
export const snapshotName = 'definitions.json'

export function pathsIn(dataDir: string): Paths {
  return {
    store: join(dataDir, storeName),
    staging: join(dataDir, 'db.new'),
    stagedStore: join(dataDir, 'db.new', storeName),
    snapshot: join(dataDir, snapshotName),
    backups: join(dataDir, 'backups'),
    suspicion: join(dataDir, 'db.suspect'),
  }
}

/** The present moment for file names, sortable and free of what Windows forbids. */
export function stamp(): string {
  return new Date().toISOString().replaceAll(':', '-').replace('.', '-')
}
