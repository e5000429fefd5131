import type { Gateway } from '../gateway/gateway.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import { Inspector } from '../inspector/inspector.ts'
import type { InspectorTarget } from '../../../shared/inspector.ts'
import type { Stores } from './stores.ts'
import { visitedView } from './views.ts'

type Parts = { gateway: Gateway; stores: Stores; version: string; graceMs: number | undefined }

/** The inspector, and the way for outside ones to what it looks at. */
export function openInspector({ gateway, stores, version, graceMs }: Parts) {
  const visit = (target: InspectorTarget): Endpoint | undefined =>
    gateway.visit(`${target.kind} ${target.id}`, () => visitedView(stores, target))
  const inspector = new Inspector({
    ...{ visit, version, graceMs, sessions: gateway.sessions },
    helloOf: (id) => stores.catalogs.get(id).catalog?.hello ?? null,
  })
  return { inspector, visit }
}
