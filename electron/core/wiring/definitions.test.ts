import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Namespace } from '../../../shared/namespace.ts'
import { exportConfig } from '../data/export-config.ts'
import { parseConfigFile } from '../config-file.ts'
import { openModel, type Edit, type Model } from '../testing/edit-model.ts'
import { editsAtOnce } from '../testing/random-edits.ts'
import { openTempStores, type TempStores } from '../testing/temp-stores.ts'
import { applyConfig } from './apply-config.ts'
import type { Stores } from './stores.ts'

/*
 * Saving one thing never changes another. Random changes, several at a time and with starts in
 * between, are made to the stores and to a model; after each step both say the same. A failure tells
 * the shortest list of changes that shows it.
 */

const RUNS = 8
const STEPS = 40

/** `null` is a new start. */
type Step = Edit[] | null

function steps(): fc.Arbitrary<Step[]> {
  return fc.array(fc.option(editsAtOnce(), { freq: 12 }), { maxLength: STEPS, size: 'max' })
}

/** The stores as they are after the last start. */
async function make(first: TempStores, model: Model, all: readonly Step[]): Promise<Stores> {
  let stores: Stores = first
  for (const step of all) {
    if (step === null) {
      stores = await first.reopen()
      continue
    }
    const begun = step.map((edit) => edit(model)).map((change) => change(stores))
    await Promise.all(begun)
    expectSame(stores, model)
  }
  return stores
}

function expectSame(stores: Stores, model: Model): void {
  expect(stores.servers.list()).toEqual(model.servers)
  expect(plain(stores.namespaces.list())).toEqual(plain(model.namespaces))
  expect(stores.endpoints.list()).toEqual(model.endpoints)
  expect(pinsOf(stores, model.pins.keys())).toEqual(model.pins)
}

/** Without rules that say nothing, which a store may drop, and in one order. */
function plain(namespaces: readonly Namespace[]) {
  const sayingSomething = <Rule extends object>(rules: readonly Rule[]) =>
    rules
      .filter((rule) => {
        const { enabled, name, title, description, annotations = null } = rule as Said
        return !enabled || [name, title, description, annotations].some((one) => one !== null)
      })
      .map((rule) => JSON.stringify(rule, Object.keys(rule).sort()))
      .sort()
  return namespaces.map(({ tools, items, ...rest }) => {
    return { ...rest, tools: sayingSomething(tools), items: sayingSomething(items) }
  })
}

type Said = Record<'enabled' | 'name' | 'title' | 'description' | 'annotations', unknown>

function pinsOf({ namespaces }: Stores, ids: Iterable<string>) {
  return new Map(Array.from(ids, (id) => [id, new Map(namespaces.pins(id).tools)]))
}

test('no change loses another one, and nothing is lost by an export', async () => {
  await fc.assert(
    fc.asyncProperty(steps(), async (all) => {
      const said = await exportedAfter(all)
      await using other = await openTempStores()
      const file = parseConfigFile(said.text, said.env)
      const options = { file, stores: other, db: other.db, modulesIn: null, approve: true }
      await applyConfig(options)
      expect(exported(other)).toEqual(said.text)
      // Once more: what is there already is changed by another way.
      expect(await applyConfig(options)).toEqual([])
      expect(exported(await other.reopen())).toEqual(said.text)
    }),
    // On a machine that has much else to do, fewer have to do.
    { numRuns: RUNS, interruptAfterTimeLimit: 30_000 },
  )
}, 60_000)

/** What an export says after these steps, once the stores say what the model does. */
async function exportedAfter(all: readonly Step[]) {
  await using first = await openTempStores()
  const model = await openModel(first)
  const last = await make(first, model, all)
  expectSame(await first.reopen(), model)
  const { text, references } = exportConfig(everything(last))
  const env = Object.fromEntries(references.map((name) => [name, `value of ${name}`]))
  return { text, env }
}

function exported(stores: Stores): string {
  return exportConfig(everything(stores)).text
}

function everything({ servers, namespaces, endpoints, apiKeys }: Stores) {
  return {
    servers: servers.list(),
    namespaces: namespaces.list().map((one) => ({ ...one, pins: namespaces.pins(one.id) })),
    endpoints: endpoints.list(),
    apiKeys: apiKeys.list(),
  }
}
