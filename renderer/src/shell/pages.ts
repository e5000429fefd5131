import {
  AccountsIcon,
  CallsIcon,
  ConnectIcon,
  EndpointsIcon,
  InspectorIcon,
  KeysIcon,
  LogsIcon,
  NamespacesIcon,
  OverviewIcon,
  ServersIcon,
  SettingsIcon,
  TrustIcon,
} from '../ui/icons.ts'

/** The pages in the order of the sidebar; ⌘1 is the first. */
export const PAGES = [
  { name: 'overview', to: '/overview', icon: OverviewIcon, group: null },
  { name: 'servers', to: '/servers', icon: ServersIcon, group: 'setUp' },
  { name: 'namespaces', to: '/namespaces', icon: NamespacesIcon, group: 'setUp' },
  { name: 'endpoints', to: '/endpoints', icon: EndpointsIcon, group: 'setUp' },
  { name: 'connect', to: '/connect', icon: ConnectIcon, group: 'setUp' },
  { name: 'inspector', to: '/inspector', icon: InspectorIcon, group: 'watch' },
  { name: 'calls', to: '/calls', icon: CallsIcon, group: 'watch' },
  { name: 'logs', to: '/logs', icon: LogsIcon, group: 'watch' },
  { name: 'trust', to: '/trust', icon: TrustIcon, group: 'watch' },
  { name: 'keys', to: '/keys', icon: KeysIcon, group: 'access' },
  { name: 'accounts', to: '/accounts', icon: AccountsIcon, group: 'access' },
  { name: 'settings', to: '/settings', icon: SettingsIcon, group: null },
] as const

export type PageName = (typeof PAGES)[number]['name']
