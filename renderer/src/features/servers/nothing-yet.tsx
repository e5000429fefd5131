import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useIsMember } from '../../shell/me.ts'
import { useTRPC } from '../../trpc.ts'
import { Empty } from '../../ui/empty.tsx'
import { AddServerBox } from '../add-server/add-server-box.tsx'
import { useFirstRun } from '../first-run/use-first-run.ts'

/** Before the first server: what one is for, what clients have already, and the box that takes it. */
export function NothingYet() {
  const { t } = useTranslation('servers')
  const box = <AddServerBox first={useImportButton()} />
  return <Empty title={t('empty.title')} text={t('empty.text')} actions={box} />
}

/** Leads to the list of what would be run. */
function useImportButton() {
  const { t, i18n } = useTranslation('servers')
  const navigate = useNavigate()
  const { resume } = useFirstRun()
  const options = { enabled: !useIsMember() }
  const found = useQuery(useTRPC().clients.findServers.queryOptions(undefined, options))
  const servers = found.data?.servers ?? []
  if (servers.length === 0) return undefined
  const names = servers.flatMap(({ foundIn }) => foundIn.map(({ clientName }) => clientName))
  const clients = new Intl.ListFormat(i18n.language).format(new Set(names))
  const show = () => {
    resume()
    void navigate({ to: '/overview' })
  }
  return (
    <Button variant="filled" onClick={show}>
      {t('empty.import', { count: servers.length, clients })}
    </Button>
  )
}
