import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import {
  betterUrl,
  problemWords,
  type ServerFix,
  type ServerProblem,
} from '../../../../shared/server-problem.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { tell, tellProblem } from '../../ui/undo.ts'
import { launchOf } from './server-list.ts'
import { useAddress, type Go } from './use-address.ts'
import { useChoosing, type Choose } from './use-choosing.ts'
import { useServerActions, type ServerActions } from './use-server-actions.ts'

/** The buttons that solve a problem: their words, and what they do. */
export type Fixing = {
  labelOf: (fix: ServerFix, problem: ServerProblem) => string
  /** For those who do not see the row that the button is in. */
  nameOf: (fix: ServerFix, server: ServerView) => string
  run: (fix: ServerFix, server: ServerView, problem: ServerProblem) => void
}

export function useFixing(): Fixing {
  const { t } = useTranslation(['servers', 'shared'])
  const { go } = useAddress()
  const actions = useServerActions()
  const choose = useChoosing()
  const navigate = useNavigate()
  // Columns are made anew with this: it has to stay the same while the words do.
  const newest = useRef({ actions, choose, go })
  useEffect(() => {
    newest.current = { actions, choose, go }
  })
  return useMemo(() => {
    const detailsOf = (server: ServerView, problem: ServerProblem) => {
      const { headline, sentence } = problemWords(problem)
      const words = [headline, sentence].map(({ key, values }) => t(`shared:${key}`, values))
      return [server.name, launchOf(server), ...words, server.error ?? ''].join('\n')
    }
    return {
      labelOf: (fix, problem) => {
        const url = betterUrl(problem)
        return t(`shared:fix.${fix}`, { url: url === null ? '' : shortUrl(url) })
      },
      nameOf: (fix, { name }) => t('fixOf', { fix: t(`shared:fix.${fix}`, { url: '' }), name }),
      run: (fix, server, problem) => {
        const toTrust = (selected: string) => void navigate({ to: '/trust', search: { selected } })
        const { actions: act, choose: chooses, go: move } = newest.current
        if (fix === 'copy-details') {
          const copied = navigator.clipboard.writeText(detailsOf(server, problem))
          return void copied.then(
            () => tell(t('servers:copied', { name: server.name })),
            tellProblem,
          )
        }
        const options = { server, problem, actions: act, choose: chooses }
        if (!actOn(fix, options)) lead(fix, { server, problem, go: move, toTrust })
      },
    }
  }, [t, navigate])
}

type ActOptions = {
  server: ServerView
  problem: ServerProblem
  actions: ServerActions
  choose: Choose | null
}

/** Whether it was one of the fixes that are done at once. */
function actOn(fix: ServerFix, { server, problem, actions, choose }: ActOptions): boolean {
  const url = betterUrl(problem)
  const acts: Partial<Record<ServerFix, () => unknown>> = {
    'start-again': () => actions.startAgain([server]),
    'start-now': () => actions.startAgain([server]),
    'try-again': () => actions.startAgain([server]),
    'wait-longer': () => actions.waitLonger(server),
    'sign-in': () => actions.signIn(server),
    'sign-in-again': () => actions.signIn(server),
    ...(choose && {
      'choose-command': () => choose(server, 'command'),
      'choose-folder': () => choose(server, 'cwd'),
    }),
    'use-url': () => url !== null && actions.useUrl(server, url),
  }
  const act = acts[fix]
  act?.()
  return act !== undefined
}

type LeadOptions = {
  server: ServerView
  problem: ServerProblem
  go: Go
  toTrust: (selected: string) => void
}

/** To the log, or to the field of the form that is wrong. */
function lead(fix: ServerFix, { server, problem, go, toTrust }: LeadOptions): void {
  const selected = server.id
  if (fix === 'review') return toTrust(`run:${server.id}`)
  if (fix === 'show-log') return go({ selected, tab: 'log', focus: undefined })
  const fields: Partial<Record<ServerFix, string>> = {
    'choose-command': 'command',
    'choose-folder': 'cwd',
    'edit-url': 'url',
    'replace-token': server.hasBearerToken ? 'bearerToken' : 'headers',
  }
  const missing = problem.code === 'variable-missing' ? problem.field : undefined
  go({ selected, tab: 'configuration', focus: fields[fix] ?? missing })
}

/** What differs most from what was asked: `…/mcp`. */
function shortUrl(url: string): string {
  if (!URL.canParse(url)) return url
  const { host, pathname } = new URL(url)
  const last = pathname.split('/').filter(Boolean).at(-1)
  return last === undefined ? host : `…/${last}`
}
