import { sql, type SQL } from 'drizzle-orm'
import type { Tx } from '../db/open.ts'
import { callLog } from '../db/schema.ts'

type Name = 'name' | 'server' | 'client' | 'endpoint'
type Three = readonly [Name, Name, Name]

/** What `grouping` calls the columns of three: a bit for each of the other two. */
const BITS = [0b011, 0b101, 0b110] as const

/** The first values of each of three columns in order, `null` last; all in one walk through the rows. */
export async function distinctValues(
  tx: Tx,
  columns: Three,
  { where = sql`true`, most }: { where: SQL | undefined; most: number },
): Promise<(string | null)[][]> {
  const [one, two, three] = columns.map((name) => callLog[name])
  const which = sql`grouping(${one}, ${two}, ${three})`
  // Of a group all but its own column are null.
  const value = sql`coalesce(${one}, ${two}, ${three})`
  const { rows } = await tx.execute<{ which: number; value: string | null }>(sql`
    select which, value from (
      select ${which} as which, ${value} as value,
        row_number() over (partition by ${which} order by ${value}) as place
      from ${callLog} where ${where}
      group by grouping sets ((${one}), (${two}), (${three}))
    ) grouped
    where place <= ${most} order by which, place`)
  return BITS.map((bits) => rows.filter((row) => row.which === bits).map((row) => row.value))
}
