import { Button, Select } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Empty } from '../../ui/empty.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { FirstRun } from '../first-run/first-run.tsx'
import { useFirstRun } from '../first-run/use-first-run.ts'
import { Clients } from './clients.tsx'
import { shownClients } from './clients-seen.ts'
import { Endpoints } from './endpoints.tsx'
import { LatestCalls } from './latest-calls.tsx'
import { NeedsYou } from './needs-you.tsx'
import { Numbers } from './numbers.tsx'
import styles from './overview.module.css'
import { useMinute } from './use-minute.ts'
import { useOverview } from './use-overview.ts'

const route = getRouteApi('/overview')
const PERIODS = [30, 180, 1440] as const

/** Is it working, who uses it, what needs me. */
export function Page() {
  const { t } = useTranslation('overview')
  const { minutes: asked } = route.useSearch()
  const navigate = route.useNavigate()
  const minutes = PERIODS.find((one) => String(one) === asked) ?? PERIODS[0]
  const overview = useOverview(minutes)
  const hasCalls = overview.activity?.hasCalls === true
  const period = (
    <Select
      w={170}
      aria-label={t('period')}
      allowDeselect={false}
      data={PERIODS.map((one) => ({ value: String(one), label: t(`last.${one}`) }))}
      value={String(minutes)}
      onChange={(value) => void navigate({ search: { minutes: value ?? '' }, replace: true })}
    />
  )
  return (
    <Frame title={t('title')} actions={hasCalls && period}>
      <FirstRun />
      <Content overview={overview} period={t(`in.${minutes}`)} />
    </Frame>
  )
}

type ContentProps = { overview: ReturnType<typeof useOverview>; period: string }

function Content({ overview, period }: ContentProps) {
  const { t } = useTranslation('overview')
  const now = useMinute()
  const { step } = useFirstRun()
  const { servers, activity, problem, endpoints, namespaces, urls, latest } = overview
  if (problem) return <Problem title={t('unread')} text={problem.message} />
  if (!servers || !activity) return <LoadingRows />
  // The way to the first call says all that matters until it is walked or left.
  if (step !== null && step !== 'done') return null
  if (servers.length === 0 && !activity.hasCalls) return <NoServers />
  const clients = shownClients(overview.seen, overview.known, now)
  return (
    <div className={styles.page}>
      <NeedsYou servers={servers} isPrimary={step === null} />
      {activity.hasCalls && <Numbers overview={activity} period={period} />}
      <div className={styles.halves}>
        <Clients clients={clients} />
        <Endpoints endpoints={endpoints} namespaces={namespaces} urls={urls} />
      </div>
      {activity.hasCalls && <LatestCalls calls={latest} />}
      {!activity.hasCalls && (
        <NoCalls overview={overview} client={clients.find(({ name }) => name !== '')?.name} />
      )}
    </div>
  )
}

function NoServers() {
  const { t } = useTranslation('overview')
  const navigate = route.useNavigate()
  const add = () => void navigate({ search: (before) => ({ ...before, add: '1' }) as object })
  return (
    <Empty
      title={t('noServers.title')}
      text={t('noServers.text')}
      actions={
        <Button variant="filled" onClick={add}>
          {t('noServers.add')}
        </Button>
      }
    />
  )
}

type NoCallsProps = Pick<ContentProps, 'overview'> & { client: string | undefined }

/** The way to the first call. */
function NoCalls({ overview: { namespaces }, client }: NoCallsProps) {
  const { t } = useTranslation('overview')
  const tools = Math.max(0, ...namespaces.filter(({ enabled }) => enabled).map((one) => one.tools))
  const text =
    client === undefined ? t('noCalls.connect') : t('noCalls.ask', { client, count: tools })
  return <Empty title={t('noCalls.title')} text={text} />
}
