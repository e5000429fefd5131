import { desc } from 'drizzle-orm'
import type { Tx } from '../db/open.ts'
import { callLog } from '../db/schema.ts'

/** The id of the call that was logged last; 0 for none. */
export async function newestId(tx: Tx): Promise<number> {
  const [row] = await tx.select({ id: callLog.id }).from(callLog).orderBy(desc(callLog.id)).limit(1)
  return row?.id ?? 0
}
