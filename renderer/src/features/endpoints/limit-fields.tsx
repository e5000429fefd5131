import { NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RateLimit } from '../../../../shared/endpoint.ts'
import { useMayChange } from '../../shell/me.ts'
import styles from './endpoints.module.css'
import { useEndpointActions } from './use-endpoint-actions.ts'
import type { ShownEndpoint } from './use-endpoints.ts'

const MOST = 1_000_000
const NONE: RateLimit = { perMinute: null, perClientPerMinute: null }

/** What stands in the two fields, as people write it. */
type Written = Record<keyof RateLimit, string | number>

/** How much may be called in a minute; what is left empty is not limited. */
export function LimitFields({ endpoint }: { endpoint: ShownEndpoint }) {
  const { t } = useTranslation('endpoints')
  const { change } = useEndpointActions()
  const isLocked = !useMayChange()(endpoint)
  const limits = endpoint.rateLimit ?? NONE
  const { written, write } = useWritten(limits)
  // Both at once: the first may not have come back yet when the second is done.
  const save = () => {
    const wanted = wantedIn(written)
    const isRight = isLimit(wanted.perMinute) && isLimit(wanted.perClientPerMinute)
    if (!isRight || isSame(wanted, limits)) return
    void change(endpoint, { rateLimit: isSame(wanted, NONE) ? null : wanted })
  }
  const field = (name: keyof RateLimit, label: string) => (
    <NumberInput
      label={label}
      placeholder={t('limits.any')}
      hideControls
      allowDecimal={false}
      allowNegative={false}
      value={written[name]}
      error={isLimit(numberOf(written[name])) ? undefined : t('limits.wrong')}
      disabled={isLocked}
      onChange={(text) => write({ ...written, [name]: text })}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save()
      }}
    />
  )
  return (
    <>
      <div className={styles.pair}>
        {field('perMinute', t('limits.all'))}
        {field('perClientPerMinute', t('limits.each'))}
      </div>
      <p className={styles.note}>{t(isSame(limits, NONE) ? 'limits.none' : 'limits.refused')}</p>
    </>
  )
}

/** What is changed elsewhere is shown; what is being written stays. */
function useWritten(limits: RateLimit) {
  const [known, setKnown] = useState(limits)
  const [written, write] = useState<Written>(() => textsOf(limits))
  if (!isSame(known, limits)) {
    const { perMinute, perClientPerMinute } = textsOf(limits)
    setKnown(limits)
    write({
      perMinute: known.perMinute === limits.perMinute ? written.perMinute : perMinute,
      perClientPerMinute:
        known.perClientPerMinute === limits.perClientPerMinute
          ? written.perClientPerMinute
          : perClientPerMinute,
    })
  }
  return { written, write }
}

function textsOf({ perMinute, perClientPerMinute }: RateLimit): Written {
  return { perMinute: perMinute ?? '', perClientPerMinute: perClientPerMinute ?? '' }
}

function wantedIn({ perMinute, perClientPerMinute }: Written): RateLimit {
  return { perMinute: numberOf(perMinute), perClientPerMinute: numberOf(perClientPerMinute) }
}

function numberOf(text: string | number): number | null {
  return text === '' ? null : Number(text)
}

function isLimit(value: number | null): boolean {
  return value === null || (Number.isInteger(value) && value >= 1 && value <= MOST)
}

function isSame(a: RateLimit, b: RateLimit): boolean {
  return a.perMinute === b.perMinute && a.perClientPerMinute === b.perClientPerMinute
}
