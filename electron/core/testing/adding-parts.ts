import { resolve } from 'node:path'
import { openBundles } from '../adding/bundles/bundles.ts'
import { openRegistry } from '../adding/registry/registry.ts'
import { openLog } from '../log.ts'

/** A registry that nobody answers for, and bundles that are never unpacked. */
export function addingParts() {
  const starterFile = resolve(import.meta.dirname, '../../../resources/registry-starter.json')
  return {
    bundles: openBundles({ folder: '/nowhere', platform: 'linux', env: {} }),
    registry: openRegistry({
      ...{ source: 'http://127.0.0.1:9', file: '/nowhere/registry.jsonl', starterFile },
      ...{ log: openLog('silent'), publish: () => {} },
      fetch: () => Promise.reject(new Error('nobody is asked')),
    }),
  }
}
