import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { CallFilters, LoggedCall } from '../../../../shared/calls.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'

const PAGE = 100
/** More news than this are a new list. */
const MOST_NEW = 300

/**
 * The calls, newest first and page by page. New ones come in on top; while `isHeld`, since somebody
 * looks at the list, they wait and are counted.
 */
export function useCallList(filters: CallFilters, isHeld: boolean) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  // Of another name than the router's: news do not have all pages read again.
  const pages = useInfiniteQuery({
    queryKey: ['call-pages', filters],
    queryFn: ({ pageParam: before }) =>
      client.calls.list.query({ limit: PAGE, filters, ...(before !== null && { before }) }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ calls, more }) => (more ? (calls.at(-1)?.id ?? null) : null),
    placeholderData: keepPreviousData,
  })
  const known = pages.data?.pages.flatMap(({ calls }) => calls)
  const top = known?.[0]?.id ?? 0
  const isRead = known !== undefined && !pages.isPlaceholderData
  const news = useQuery(
    trpc.calls.list.queryOptions(
      { after: top, limit: MOST_NEW, filters },
      { enabled: isRead, placeholderData: keepPreviousData },
    ),
  )
  const newer = (isRead && news.data?.calls.filter(({ id }) => id > top)) || []
  const heldAt = useHeldAt(isHeld, newer[0]?.id ?? top)
  const waiting = heldAt === null ? [] : newer.filter(({ id }) => id > heldAt)
  const isTooMuch = news.data?.more === true && !isHeld
  const { refetch } = pages
  useEffect(() => {
    if (isTooMuch) void refetch()
  }, [isTooMuch, refetch])

  const calls: LoggedCall[] | undefined = known && [...newer.slice(waiting.length), ...known]
  return {
    calls,
    error: pages.error,
    waiting: waiting.length,
    hasOlder: pages.hasNextPage,
    isFetchingOlder: pages.isFetchingNextPage,
    older: () => void pages.fetchNextPage(),
    again: () => void pages.refetch(),
  }
}

/** The newest call that was there when it was first held; `null` while it is not. */
function useHeldAt(isHeld: boolean, newest: number): number | null {
  const [heldAt, setHeldAt] = useState<number | null>(null)
  if (isHeld && heldAt === null) setHeldAt(newest)
  if (!isHeld && heldAt !== null) setHeldAt(null)
  return isHeld ? (heldAt ?? newest) : null
}
