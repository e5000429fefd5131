import {
  closestCenter,
  DndContext,
  DragOverlay,
  MeasuringStrategy,
  PointerSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
  type Active,
  type Over,
} from '@dnd-kit/core'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer, OfferedServer } from '../../../../shared/offer.ts'
import { DragIcon } from '../../ui/icons.ts'
import styles from './namespaces.module.css'
import { moved, type ServerSwitch } from './offer-changes.ts'

type TreeDragProps = {
  offer: NamespaceOffer
  onOrder: (members: ServerSwitch[]) => void
  /** Tools are out of the way while a server is moved. */
  onDragging: (isDragging: boolean) => void
  children: ReactNode
}

/** Servers can be moved by their handles; the keys for it are the tree's. */
export function TreeDrag({ offer, onOrder, onDragging, children }: TreeDragProps) {
  const { t } = useTranslation('namespaces')
  const [moving, setMoving] = useState<string | null>(null)
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }))
  const nameOf = (id: unknown) => offer.servers.find((server) => server.id === id)?.name ?? ''
  const placeOf = (over: Over | null) => {
    const index = offer.servers.findIndex((server) => server.id === over?.id)
    return { position: index + 1, count: offer.servers.length }
  }
  const speak = (key: 'order.lifted' | 'order.over' | 'order.now') => {
    return ({ active, over }: { active: Active; over: Over | null }) =>
      t(key, { name: nameOf(active.id), ...placeOf(over) })
  }
  const stop = () => {
    setMoving(null)
    onDragging(false)
  }
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      measuring={{ droppable: { strategy: MeasuringStrategy.Always } }}
      accessibility={{
        screenReaderInstructions: { draggable: t('order.how') },
        announcements: {
          onDragStart: ({ active }) => t('order.lifted', { name: nameOf(active.id) }),
          onDragOver: speak('order.over'),
          onDragEnd: speak('order.now'),
          onDragCancel: ({ active }) => t('order.left', { name: nameOf(active.id) }),
        },
      }}
      onDragStart={({ active }) => {
        setMoving(String(active.id))
        onDragging(true)
      }}
      onDragCancel={stop}
      onDragEnd={({ active, over }) => {
        stop()
        const to = offer.servers.findIndex((server) => server.id === over?.id)
        const members = to < 0 ? null : moved(offer, String(active.id), to)
        if (members) onOrder(members)
      }}
    >
      {children}
      <DragOverlay dropAnimation={null}>
        {moving && <span className={styles.moving}>{nameOf(moving)}</span>}
      </DragOverlay>
    </DndContext>
  )
}

type ServerHandleProps = { server: OfferedServer; isFixed: boolean; children: ReactNode }

/** A server's name with the handle to move it by; also where another one can be put down. */
export function ServerHandle({ server, isFixed, children }: ServerHandleProps) {
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: server.id, disabled: isFixed })
  const { setNodeRef: setPlace, isOver } = useDroppable({ id: server.id })
  return (
    <span ref={setPlace} className={styles.serverCell} data-over={isOver} data-moving={isDragging}>
      <span ref={setNodeRef} {...listeners} className={styles.handle} aria-hidden="true">
        <DragIcon size={14} />
      </span>
      {children}
    </span>
  )
}
