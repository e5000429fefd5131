import { expect, test, vi } from 'vitest'
import { watchCore, type Snapshot, type Source, type View } from './watch-core.ts'

/** A source whose readings end when told to. */
function openSource() {
  const readings: PromiseWithResolvers<Snapshot>[] = []
  let listener: Parameters<Source['subscribe']>[0] | undefined
  const source: Source = {
    read() {
      const reading = Promise.withResolvers<Snapshot>()
      readings.push(reading)
      return reading.promise
    },
    subscribe(given) {
      listener = given
      return () => (listener = undefined)
    },
  }
  const shown: View[] = []
  const watch = watchCore(source, (view) => shown.push(view))
  const news = () => listener?.onNews()
  const fail = (message: string) => listener?.onError(new Error(message))
  return { readings, shown, watch, news, fail, listens: () => listener !== undefined }
}

const snapshot = (version: string): Snapshot => ({
  overview: { version, url: 'http://127.0.0.1:1', endpoints: [] },
  servers: [],
})

test('reads once it listens, and once more for all news of one reading', async () => {
  const { readings, shown, news } = openSource()
  expect(readings).toHaveLength(0)
  news()
  news()
  news()
  expect(readings).toHaveLength(1)
  readings[0]?.resolve(snapshot('1'))
  await vi.waitFor(() => expect(readings).toHaveLength(2))
  readings[1]?.resolve(snapshot('2'))
  await vi.waitFor(() => expect(shown).toHaveLength(2))
  expect(shown).toEqual([{ snapshot: snapshot('1') }, { snapshot: snapshot('2') }])
  expect(readings).toHaveLength(2)
})

test('shows why it cannot read, and recovers with the next news', async () => {
  const { readings, shown, news, fail } = openSource()
  news()
  readings[0]?.reject(new Error('The database is gone.'))
  await vi.waitFor(() => expect(shown).toEqual([{ problem: 'The database is gone.' }]))
  news()
  readings[1]?.resolve(snapshot('1'))
  await vi.waitFor(() => expect(shown.at(-1)).toEqual({ snapshot: snapshot('1') }))
  fail('The core stopped.')
  expect(shown.at(-1)).toEqual({ problem: 'The core stopped.' })
})

test('shows nothing any more once it is closed', async () => {
  const { readings, shown, watch, news, listens } = openSource()
  news()
  watch.close()
  readings[0]?.resolve(snapshot('1'))
  await readings[0]?.promise
  expect([shown, listens()]).toEqual([[], false])
})
