import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../../trpc.ts'
import { toolId } from './tree-model.ts'

type ElsewhereProps = { text: string; onWhy: (tool: string | undefined) => void }

/** Tools of that name which the namespace does not have, each with the way to why. */
export function Elsewhere({ text, onWhy }: ElsewhereProps) {
  const { t } = useTranslation('namespaces')
  const found = useQuery(
    useTRPC().namespaces.findTools.queryOptions({ text, limit: 2 }, { enabled: text !== '' }),
  )
  if (!found.data || found.data.length === 0) {
    return <Button onClick={() => onWhy('?')}>{t('why.which')}</Button>
  }
  return found.data.map(({ serverId, server, tool }) => (
    <Button key={toolId(serverId, tool)} onClick={() => onWhy(toolId(serverId, tool))}>
      {t('noMatch.elsewhere', { server, tool })}
    </Button>
  ))
}
