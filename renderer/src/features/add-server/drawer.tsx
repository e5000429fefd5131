import { useLocation, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { texts } from '../../ui/texts.ts'

const AddServer = lazy(async () => ({ default: (await import('./add-server.tsx')).AddServer }))
const FromLink = lazy(async () => ({ default: (await import('./from-link.tsx')).FromLink }))

/**
 * Adding servers, over any page: `add=1` in the address opens it, `add=<text>` with that in the box,
 * `link=<link>` with what another program wants to add.
 */
export function AddServerDrawer() {
  // Of the address itself: matches of routes change once more while a page is being loaded, and the
  // drawer would lose what was typed in between.
  const { add, link } = useLocation({ select: ({ search }) => texts('add', 'link')(search) })
  const navigate = useNavigate()
  const close = () =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, add: undefined, link: undefined }),
      replace: true,
    })
  const show = (serverId: string | undefined) =>
    void navigate({ to: '/servers', search: { selected: serverId } })
  return (
    <Suspense>
      {link !== undefined && <FromLink link={link} onClose={close} onAdded={show} />}
      {link === undefined && add !== undefined && (
        <AddServer text={add === '1' ? '' : add} onClose={close} onAdded={show} />
      )}
    </Suspense>
  )
}
