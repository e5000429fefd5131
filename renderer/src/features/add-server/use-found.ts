import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Found } from '../../../../shared/add-server.ts'
import { MAX_BUNDLE_BYTES, MAX_PASTED_CHARACTERS } from '../../../../shared/add-server.ts'
import { decodeText } from '../../../../shared/decode-text.ts'
import { useTRPCClient } from '../../trpc.ts'
import { onlyServers } from './only-servers.ts'

/** How long keys rest before the text is read, in ms. */
const REST_MS = 150

const NOTHING: Found = {
  ...{ token: null, format: null, entries: [], isEither: false, problem: null },
  words: '',
}
/** Beyond this a text is no pleasure in a box. */
const MOST_IN_BOX = 200_000

export type Reading = {
  found: Found
  isReading: boolean
  /** Of a registry's server or a file: what was found there stands in place of the box's text. */
  source: { kind: 'file' | 'registry'; name: string } | null
  readFile: (file: File) => void
  readRegistry: (server: { id: string; title: string }) => void
  /** Back to what the box says. */
  backToBox: () => void
}

/** Reads what is in the box as it is typed, or a file, or a server of the registry. */
export function useFound(text: string, setText: (text: string) => void): Reading {
  const { t } = useTranslation('add-server')
  const client = useTRPCClient()
  const inBox = useText(text)
  const [other, setOther] = useState<(Pick<Reading, 'source'> & { found: Found }) | null>(null)
  const [isReading, setReading] = useState(false)

  const take = (source: NonNullable<Reading['source']>, work: () => Promise<Found>) => {
    setReading(true)
    void work()
      .catch((error: unknown) => ({ ...NOTHING, words: null, problem: messageOf(error) }))
      .then((found) => setOther({ source, found }))
      .finally(() => setReading(false))
  }
  const readFile = (file: File) => {
    const source = { kind: 'file', name: file.name } as const
    if (isText(file)) {
      return void readText(file).then((read) => {
        if (read.length > MOST_IN_BOX) {
          return take(source, () => client.adding.read.mutate({ text: read }))
        }
        setOther(null)
        setText(read)
      })
    }
    take(source, async () => {
      if (file.size > MAX_BUNDLE_BYTES) throw new Error(t('tooLarge'))
      return client.adding.readBundle.mutate(new Uint8Array(await file.arrayBuffer()))
    })
  }
  const readRegistry = ({ id, title }: { id: string; title: string }) =>
    take({ kind: 'registry', name: title }, () => client.adding.readRegistry.mutate({ id }))
  return {
    ...(other ?? { ...inBox, source: null }),
    isReading: isReading || inBox.isReading,
    ...{ readFile, readRegistry, backToBox: () => setOther(null) },
  }
}

function useText(text: string): { found: Found; isReading: boolean } {
  const client = useTRPCClient()
  const [rested] = useDebouncedValue(text, REST_MS)
  const [answer, setAnswer] = useState({ text: '', found: NOTHING })
  useEffect(() => {
    const abort = new AbortController()
    const show = (found: Found) => {
      if (!abort.signal.aborted) setAnswer({ text: rested, found })
    }
    if (rested.trim() === '') show(NOTHING)
    else {
      client.adding.read.mutate({ text: rested }, { signal: abort.signal }).then(show, (error) => {
        show({ ...NOTHING, words: null, problem: messageOf(error) })
      })
    }
    return () => abort.abort()
  }, [client, rested])
  return { found: answer.found, isReading: answer.text !== text }
}

async function readText(file: File): Promise<string> {
  const text = decodeText(new Uint8Array(await file.arrayBuffer()))
  return text.length > MAX_PASTED_CHARACTERS ? onlyServers(text) : text
}

function isText({ name, type }: File): boolean {
  if (/\.(mcpb|dxt|zip)$/i.test(name)) return false
  return /\.(json[c5]?|toml|ya?ml|txt|md)$/i.test(name) || type.startsWith('text/')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
