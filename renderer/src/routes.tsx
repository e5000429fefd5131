import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { search as accountsSearch } from './features/accounts/search.ts'
import { search as callsSearch } from './features/calls/search.ts'
import { search as connectSearch } from './features/connect/search.ts'
import { search as inspectorSearch } from './features/inspector/search.ts'
import { search as logsSearch } from './features/logs/search.ts'
import { search as namespacesSearch } from './features/namespaces/search.ts'
import { search as overviewSearch } from './features/overview/search.ts'
import { search as serversSearch } from './features/servers/search.ts'
import { search as settingsSearch } from './features/settings/search.ts'
import { search as trustSearch } from './features/trust/search.ts'
import { PageProblem } from './shell/page-problem.tsx'
import { Shell } from './shell/shell.tsx'
import { texts } from './ui/texts.ts'
import { listSearch } from './ui/use-address.ts'

/** On every page: a text to add as a server (`1` for none yet), and a link of another program. */
const rootSearch = texts('add', 'link')

const root = createRootRoute({
  component: Shell,
  validateSearch: rootSearch,
  errorComponent: PageProblem,
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => redirect({ to: '/overview', throw: true }),
})

// Written out one by one: the router's types come from the literals.
const parent = () => root
const overview = createRoute({
  getParentRoute: parent,
  path: '/overview',
  validateSearch: overviewSearch,
  component: lazyRouteComponent(() => import('./features/overview/page.tsx'), 'Page'),
})
const servers = createRoute({
  getParentRoute: parent,
  path: '/servers',
  validateSearch: serversSearch,
  component: lazyRouteComponent(() => import('./features/servers/page.tsx'), 'Page'),
})
const namespaces = createRoute({
  getParentRoute: parent,
  path: '/namespaces',
  validateSearch: namespacesSearch,
  component: lazyRouteComponent(() => import('./features/namespaces/page.tsx'), 'Page'),
})
const endpoints = createRoute({
  getParentRoute: parent,
  path: '/endpoints',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./features/endpoints/page.tsx'), 'Page'),
})
const connect = createRoute({
  getParentRoute: parent,
  path: '/connect',
  validateSearch: connectSearch,
  component: lazyRouteComponent(() => import('./features/connect/page.tsx'), 'Page'),
})
const inspector = createRoute({
  getParentRoute: parent,
  path: '/inspector',
  validateSearch: inspectorSearch,
  component: lazyRouteComponent(() => import('./features/inspector/page.tsx'), 'Page'),
})
const calls = createRoute({
  getParentRoute: parent,
  path: '/calls',
  validateSearch: callsSearch,
  component: lazyRouteComponent(() => import('./features/calls/page.tsx'), 'Page'),
})
const logs = createRoute({
  getParentRoute: parent,
  path: '/logs',
  validateSearch: logsSearch,
  component: lazyRouteComponent(() => import('./features/logs/page.tsx'), 'Page'),
})
const trust = createRoute({
  getParentRoute: parent,
  path: '/trust',
  validateSearch: trustSearch,
  component: lazyRouteComponent(() => import('./features/trust/page.tsx'), 'Page'),
})
const keys = createRoute({
  getParentRoute: parent,
  path: '/keys',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./features/keys/page.tsx'), 'Page'),
})
const accounts = createRoute({
  getParentRoute: parent,
  path: '/accounts',
  validateSearch: accountsSearch,
  component: lazyRouteComponent(() => import('./features/accounts/page.tsx'), 'Page'),
})
const account = createRoute({
  getParentRoute: parent,
  path: '/account',
  component: lazyRouteComponent(() => import('./features/account/page.tsx'), 'Page'),
})
const settings = createRoute({
  getParentRoute: parent,
  path: '/settings',
  validateSearch: settingsSearch,
  component: lazyRouteComponent(() => import('./features/settings/page.tsx'), 'Page'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    overview,
    servers,
    namespaces,
    endpoints,
    connect,
    inspector,
    calls,
    logs,
    trust,
    keys,
    accounts,
    account,
    settings,
  ]),
  history: createHashHistory(),
  // Every value is a text: addresses stay readable, and a tray or a link can write them by hand.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch(search) {
    const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
    const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()
    return text === '' ? '' : `?${text}`
  },
  defaultErrorComponent: PageProblem,
  defaultPendingMs: 150,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
