import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { NoMatch } from '../../ui/empty.tsx'
import { FilterBox } from '../../ui/filter-box.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import styles from './inspector.module.css'
import type { Item, Tab } from './offer.ts'
import { TargetTrouble, WhyNotHere } from './target-trouble.tsx'
import type { Inspected } from './use-inspected.ts'

/** What can be tried, found as one types. */
export function OfferList({ inspected }: { inspected: Inspected }) {
  const { t } = useTranslation('inspector')
  const { tab, offer, items, shown, filter, item, setItem, setFilter } = inspected
  const columns = useColumns(tab)
  return (
    <div className={styles.list}>
      <FilterBox
        className={styles.filter}
        value={filter}
        onChange={setFilter}
        label={t(`filter.${tab}`)}
      />
      {offer.isPending && <LoadingRows height={28} />}
      {!offer.isPending && items.length === 0 && <TargetTrouble inspected={inspected} />}
      {items.length > 0 && shown.length === 0 && (
        <NoMatch text={t('noMatch', { filter })} onClear={() => setFilter('')}>
          <WhyNotHere inspected={inspected} text={filter} />
        </NoMatch>
      )}
      {shown.length > 0 && (
        <Rows
          label={t(`tab.${tab}`)}
          isHeaderHidden
          rowHeight={28}
          items={shown}
          columns={columns}
          getId={idOf}
          getText={idOf}
          selectedId={item?.id ?? null}
          onSelect={setItem}
        />
      )}
    </div>
  )
}

const idOf = ({ id }: Item) => id

function useColumns(tab: Tab): readonly Column<Item>[] {
  const { t } = useTranslation('inspector')
  return useMemo(() => {
    const isNamed = tab === 'tools' || tab === 'prompts'
    const name: Column<Item> = {
      ...{ key: 'name', label: t('column.name') },
      render: ({ id, title, mark }) => (
        <span className={styles.row}>
          <span className={isNamed ? styles.name : styles.plainName} title={id} translate="no">
            {isNamed ? id : title}
          </span>
          {mark && <span className={styles.mark}>{t(`mark.${mark}`)}</span>}
        </span>
      ),
    }
    return [name]
  }, [t, tab])
}
