import { z } from 'zod'
import {
  importCheck,
  importInput,
  type DataInfo,
  type DiagnosticsView,
  type ImportedView,
} from '../../../shared/data.ts'
import type { ConfigFile } from '../../../shared/config-file.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import { adminProcedure, router } from '../rpc.ts'
import { exportConfig, type StoredDefinitions } from './export-config.ts'
import { backupsIn, bytesIn, pendingRestore, scheduleRestore, viewOf } from './folder.ts'
import { checkImport, readImport } from './read-import.ts'

export type DataRouterOptions = {
  dataDir: string
  env: Record<string, string | undefined>
  definitions: () => StoredDefinitions
  /** Applies all or nothing, and what is live follows. Without `approve` new programs wait for it. */
  apply: (file: ConfigFile, approve: boolean) => Promise<ImportedView['applied']>
  /** Resolves with the path of a new backup. */
  backUp: () => Promise<string>
  /** Rejects with an AppError for what could not be put back. */
  checkBackup: (file: string) => Promise<void>
  /** The database is of a PostgreSQL server, whose own tools back it up. */
  isOfServer: boolean
  /** As far as the caller sees it. */
  diagnose: (access: Access) => DiagnosticsView
}

/** Care for what is kept: out, in, away and back. */
export function dataRouter(options: DataRouterOptions) {
  const { dataDir, env, definitions, apply, backUp, checkBackup, diagnose, isOfServer } = options

  return router({
    info: adminProcedure.query(async (): Promise<DataInfo> => {
      const [bytes, pending] = await Promise.all([bytesIn(dataDir), pendingRestore(dataDir)])
      return { folder: dataDir, bytes, pendingRestore: pending, ownBackups: !isOfServer }
    }),

    export: adminProcedure.query(() => exportConfig(definitions())),

    /** What a file would bring and what it lacks. A mutation, for its size: it changes nothing. */
    checkImport: adminProcedure
      .input(importCheck)
      .mutation(({ input }) => checkImport(input.text, env)),

    import: adminProcedure.input(importInput).mutation(async ({ input }): Promise<ImportedView> => {
      const { file, skippedKeys } = readImport(input, env)
      return { applied: await apply(file, input.approve ?? false), skippedKeys }
    }),

    backups: adminProcedure.query(() => backupsIn(dataDir)),

    /** Of all backups the newest three stay. */
    backup: adminProcedure.mutation(async ({ ctx }) => {
      const backup = await viewOf(await backUp())
      ctx.about(backupNamed(backup.name))
      return backup
    }),

    /** Puts it back at the next start, when nothing is open; `null` calls that off. */
    restore: adminProcedure
      .input(z.strictObject({ name: z.string().nullable() }))
      .mutation(async ({ ctx, input }) => {
        refuseOthers(isOfServer)
        await scheduleRestore(dataDir, input.name, checkBackup)
        if (input.name !== null) ctx.about(backupNamed(input.name))
        return { needsRestart: input.name !== null }
      }),

    diagnostics: adminProcedure.query(({ ctx }) => diagnose(ctx.access)),
  })
}

/** Throws an AppError `unavailable` where a backup of ours is not what is in the database. */
export function refuseOthers(isOfServer: boolean): void {
  if (!isOfServer) return
  const words =
    'The database is of a PostgreSQL server (DATABASE_URL): what pg_dump has written is put back with pg_restore.'
  throw new AppError('unavailable', words)
}

/** What the audit log calls it. */
function backupNamed(name: string) {
  return { kind: 'backup', id: null, name, ownerId: null }
}
