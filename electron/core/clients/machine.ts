import { dirname, isAbsolute, join } from 'node:path'
import type { Machine } from '../machine.ts'
import type { KnownClient, PathTemplate } from './catalogue/kinds.ts'

/** The files a client may have, the one it reads first; none where there is no such client. */
export function filesOf(client: KnownClient, machine: Machine): string[] {
  const { files } = client
  const templates = Array.isArray(files) ? files : (files[machine.platform] ?? [])
  return templates.map((template) => resolvePath(template, machine))
}

/** What shows that a client is installed. */
export function signsOf(client: KnownClient, machine: Machine): string[] {
  const { signs } = client
  if (signs) return signs.map((template) => resolvePath(template, machine))
  return filesOf(client, machine).map((file) => dirname(file))
}

/** `~/…` for what is in the home folder. */
export function shownPath(path: string, { home }: Machine): string {
  const isInside = path.startsWith(home) && /^[/\\]/.test(path.slice(home.length))
  return isInside ? `~${path.slice(home.length)}` : path
}

function resolvePath(template: PathTemplate, machine: Machine): string {
  const { env, home } = machine
  const [, name, fallback, rest] = /^\$\{(\w+):-([^}]*)\}(.*)$/s.exec(template) ?? []
  if (name !== undefined && fallback !== undefined) {
    const folder = env[name]
    const isFolder = folder !== undefined && isAbsolute(folder)
    return isFolder ? join(folder, rest ?? '') : resolvePath(`${fallback}${rest}`, machine)
  }
  const [place = '', ...names] = template.split('/')
  return join(PLACES[place]?.(machine) ?? home, ...names)
}

const PLACES: Record<string, (machine: Machine) => string> = {
  '~': ({ home }) => home,
  '@config'(machine) {
    if (machine.platform === 'darwin') return join(machine.home, 'Library/Application Support')
    if (machine.platform === 'win32') return fromEnv(machine, 'APPDATA', 'AppData/Roaming')
    return fromEnv(machine, 'XDG_CONFIG_HOME', '.config')
  },
  '@xdg': xdg,
  '@local': (machine) =>
    machine.platform === 'win32' ? fromEnv(machine, 'LOCALAPPDATA', 'AppData/Local') : xdg(machine),
}

function xdg(machine: Machine): string {
  return machine.platform === 'linux'
    ? fromEnv(machine, 'XDG_CONFIG_HOME', '.config')
    : join(machine.home, '.config')
}

function fromEnv({ env, home }: Machine, name: string, fallback: string): string {
  const folder = env[name]
  return folder !== undefined && isAbsolute(folder) ? folder : join(home, fallback)
}
