import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useId, useMemo, useRef, type CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'
import { FoldedIcon, FoldedOutIcon } from './icons.ts'
import { followKeys } from './row-keys.ts'
import type { Column, RowsProps, Section } from './row-props.ts'
import { fitting, useWidth } from './rows-fit.ts'
import styles from './rows.module.css'

type Line<T> = { kind: 'section'; section: Section<T> } | { kind: 'item'; item: T }

const SECTION_HEIGHT = 32

/** A list of rows that only draws those in view, with the keys of a list in a desktop program. */
export function Rows<T>(props: RowsProps<T>) {
  const { label, getId, selectedId, marked, rowHeight = 32 } = props
  const id = useId()
  const { ref, width } = useWidth()
  const columns = fitting(props.columns, width)
  const scroller = useRef<HTMLDivElement>(null)
  const { lines, items } = useLines(props)
  const selectedLine = lines.findIndex(
    (line) => line.kind === 'item' && getId(line.item) === selectedId,
  )
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (lines[index]?.kind === 'section' ? SECTION_HEIGHT : rowHeight),
    getItemKey: (index) => keyOf(lines[index], getId),
    overscan: 8,
    initialRect: { width: 600, height: 640 },
  })
  useEffect(() => {
    if (selectedLine >= 0) virtual.scrollToIndex(selectedLine, { align: 'auto' })
  }, [selectedLine, virtual])

  const onKeyDown = followKeys({ ...props, items })
  const grid: CSSProperties = { gridTemplateColumns: columns.map(widthOf).join(' ') }
  return (
    <div ref={ref} className={styles.rows}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={lines.length + 1}
        aria-multiselectable={marked !== undefined || undefined}
        aria-activedescendant={selectedLine >= 0 ? `${id}-${selectedLine}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={({ target, currentTarget }) => {
          if (target === currentTarget && marked?.size) props.onMark?.(new Set())
        }}
      >
        <HeaderRow columns={columns} isHidden={props.isHeaderHidden === true} style={grid} />
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start, size }) => {
            const line = lines[index]
            if (!line) return null
            const style = { ...grid, height: size, transform: `translateY(${start}px)` }
            const common = { id: `${id}-${index}`, style, rowIndex: index + 2 }
            return line.kind === 'section' ? (
              <SectionRow key={key} section={line.section} {...common} span={columns.length} />
            ) : (
              <ItemRow key={key} item={line.item} {...common} {...props} columns={columns} />
            )
          })}
        </div>
      </div>
    </div>
  )
}

type HeaderRowProps<T> = { columns: readonly Column<T>[]; isHidden: boolean; style: CSSProperties }

function HeaderRow<T>({ columns, isHidden, style }: HeaderRowProps<T>) {
  return (
    <div role="rowgroup" className={isHidden ? styles.unseen : styles.head}>
      <div role="row" aria-rowindex={1} className={styles.headRow} style={style}>
        {columns.map(({ key, label, align, isLabelHidden }) => (
          <span key={key} role="columnheader" data-align={align}>
            <span className={isLabelHidden ? styles.unseen : undefined}>{label}</span>
          </span>
        ))}
      </div>
    </div>
  )
}

type Common = { id: string; style: CSSProperties; rowIndex: number }

function ItemRow<T>(props: RowsProps<T> & Common & { item: T }) {
  const { item, id, style, rowIndex, columns, getId, selectedId, marked } = props
  const own = getId(item)
  const isSelected = own === selectedId
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={marked ? marked.has(own) || isSelected : isSelected}
      className={styles.row}
      data-marked={marked?.has(own) || undefined}
      style={style}
      onClick={(event) => {
        if (props.onMark && (event.metaKey || event.ctrlKey || event.shiftKey)) {
          props.onMark(toggled(marked, own))
          return
        }
        if (marked?.size) props.onMark?.(new Set())
        props.onSelect(own)
      }}
      onDoubleClick={() => props.onOpen?.(item)}
    >
      {columns.map((column) => (
        <span key={column.key} role="gridcell" className={styles.cell} data-align={column.align}>
          {column.render(item, { isSelected })}
        </span>
      ))}
    </div>
  )
}

function SectionRow<T>(props: Common & { section: Section<T>; span: number }) {
  const { section, id, style, rowIndex, span } = props
  const { t } = useTranslation('ui')
  const { label, onFold, isFolded = false } = section
  return (
    <div id={id} role="row" aria-rowindex={rowIndex} className={styles.section} style={style}>
      <span role="gridcell" aria-colspan={span}>
        {onFold ? (
          <button
            type="button"
            className={styles.fold}
            aria-expanded={!isFolded}
            aria-label={t(isFolded ? 'unfold' : 'fold', { what: label })}
            onClick={onFold}
          >
            {label}
            {isFolded ? <FoldedIcon size={14} /> : <FoldedOutIcon size={14} />}
          </button>
        ) : (
          label
        )}
      </span>
    </div>
  )
}

function useLines<T>({ sections, items }: Pick<RowsProps<T>, 'sections' | 'items'>) {
  return useMemo(() => {
    const lines = linesOf(sections, items)
    return { lines, items: lines.flatMap((line) => (line.kind === 'item' ? [line.item] : [])) }
  }, [sections, items])
}

function linesOf<T>(
  sections: readonly Section<T>[] | undefined,
  items: readonly T[] = [],
): Line<T>[] {
  const all = sections ?? [{ id: '', label: null, items }]
  return all.flatMap((section): Line<T>[] => {
    const rows = section.isFolded
      ? []
      : section.items.map((item) => ({ kind: 'item' as const, item }))
    return section.label === null ? rows : [{ kind: 'section', section }, ...rows]
  })
}

function keyOf<T>(line: Line<T> | undefined, getId: (item: T) => string): string {
  if (!line) return ''
  return line.kind === 'section' ? `section ${line.section.id}` : getId(line.item)
}

function widthOf({ width, maxWidth }: Pick<Column<unknown>, 'width' | 'maxWidth'>): string {
  if (width !== undefined) return `${width}px`
  return maxWidth === undefined ? 'minmax(0, 1fr)' : `minmax(0, min(${maxWidth}px, 45%))`
}

function toggled(marked: ReadonlySet<string> | undefined, id: string): ReadonlySet<string> {
  const next = new Set(marked)
  if (!next.delete(id)) next.add(id)
  return next
}
