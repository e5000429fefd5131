import { useMemo, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'

const SECOND_MS = 1_000
/** From the longest, with how long each is. */
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]
const TICK_MS = 30_000

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let now = Date.now()

/** Moments as people say them: `2 min. ago`, `12 Oct`; they grow older while they are shown. */
export function useWhen() {
  const { i18n } = useTranslation()
  const language = i18n.resolvedLanguage ?? 'en'
  const present = useSyncExternalStore(subscribe, () => now)
  return useMemo(() => {
    const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' })
    // As everywhere in the window, and as short in every language.
    const day24 = { hourCycle: 'h23' } as const
    const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium', ...day24 })
    const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
    const moment = new Intl.DateTimeFormat(language, {
      ...{ dateStyle: 'medium', timeStyle: 'short' },
      ...day24,
    })
    const minute = { hour: '2-digit', minute: '2-digit', ...day24 } as const
    const thisYear = new Intl.DateTimeFormat(language, {
      month: 'short',
      day: 'numeric',
      ...minute,
    })
    return {
      /** Of a time that has passed: ISO, or milliseconds. */
      ago(time: string | number): string {
        const passed = Math.max(0, present - new Date(time).getTime())
        const [unit, ms] = UNITS.find(([, length]) => passed >= length) ?? ['second', SECOND_MS]
        return relative.format(unit === 'second' ? 0 : -Math.floor(passed / ms), unit)
      },
      date: (iso: string) => day.format(Date.parse(iso)),
      moment: (iso: string) => moment.format(Date.parse(iso)),
      /** `10:41:02`; `12 Oct, 10:41` where that is not today, and with the year where it is not this. */
      lately(iso: string): string {
        const at = new Date(iso)
        const today = new Date()
        if (at.toDateString() === today.toDateString()) return clock.format(at)
        return (at.getFullYear() === today.getFullYear() ? thisYear : moment).format(at)
      },
    }
  }, [language, present])
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(tick, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function tick(): void {
  now = Date.now()
  for (const listener of listeners) listener()
}
