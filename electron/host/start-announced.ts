import { startCore, type Core, type CoreConfig } from '../core/index.ts'
import { writeRunFile } from './run-file.ts'

/** As `startCore`, and while it serves, this user's own programs find it by its run file. */
export async function startAnnounced(config: CoreConfig): Promise<Core> {
  await using opened = new AsyncDisposableStack()
  const core = await startCore(config)
  opened.defer(() => core.close())
  const runFile = await writeRunFile(config.dataDir, core.local)
  opened.move()
  const close = async () => {
    await runFile.remove()
    await core.close()
  }
  return { ...core, close }
}
