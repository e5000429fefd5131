import {
  closestCenter,
  DndContext,
  DragOverlay,
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
import { DragIcon } from '../../ui/icons.ts'
import styles from './middleware.module.css'

type MiddlewareDragProps = {
  /** In order: each is known by its place. */
  names: readonly string[]
  onMove: (at: number, to: number) => void
  children: ReactNode
}

/** Entries can be moved by their handles; the keys for it are the row's. */
export function MiddlewareDrag({ names, onMove, children }: MiddlewareDragProps) {
  const { t } = useTranslation('namespaces')
  const [moving, setMoving] = useState<number | null>(null)
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }))
  const nameOf = ({ id }: Active) => names[placeOf(id)] ?? ''
  const speak = (key: 'order.over' | 'order.now') => {
    return ({ active, over }: { active: Active; over: Over | null }) => {
      const position = placeOf(over?.id) + 1
      return t(key, { name: nameOf(active), position, count: names.length })
    }
  }
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      accessibility={{
        screenReaderInstructions: { draggable: t('order.how') },
        announcements: {
          onDragStart: ({ active }) => t('order.lifted', { name: nameOf(active) }),
          onDragOver: speak('order.over'),
          onDragEnd: speak('order.now'),
          onDragCancel: ({ active }) => t('order.left', { name: nameOf(active) }),
        },
      }}
      onDragStart={({ active }) => setMoving(placeOf(active.id))}
      onDragCancel={() => setMoving(null)}
      onDragEnd={({ active, over }) => {
        setMoving(null)
        if (over) onMove(placeOf(active.id), placeOf(over.id))
      }}
    >
      {children}
      <DragOverlay dropAnimation={null}>
        {moving !== null && <span className={styles.moving}>{names[moving]}</span>}
      </DragOverlay>
    </DndContext>
  )
}

/** Ids of dnd-kit begin at 1: it takes 0 for none. */
function placeOf(id: unknown): number {
  return typeof id === 'number' ? id - 1 : -1
}

type MiddlewareHandleProps = {
  at: number
  isFixed: boolean
  isSelected: boolean
  children: ReactNode
}

/** A row with the handle to move it by; also where another one can be put down. */
export function MiddlewareHandle({ at, isFixed, isSelected, children }: MiddlewareHandleProps) {
  const id = at + 1
  const { setNodeRef, listeners, isDragging } = useDraggable({ id, disabled: isFixed })
  const { setNodeRef: setPlace, isOver } = useDroppable({ id })
  return (
    <li
      ref={setPlace}
      className={styles.row}
      data-selected={isSelected || undefined}
      data-over={isOver || undefined}
      data-moving={isDragging || undefined}
    >
      <span ref={setNodeRef} {...listeners} className={styles.handle} aria-hidden="true">
        <DragIcon size={14} />
      </span>
      {children}
    </li>
  )
}
