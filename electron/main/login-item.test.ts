import { existsSync, mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { setLoginItem, type LoginItemOptions } from './login-item.ts'

const none = () => expect.unreachable('that is of another system')

test('on Linux an entry of the session starts the app, and is gone again without it', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'login-item-'))
  const autostartDir = join(folder.path, 'config/autostart')
  const options: LoginItemOptions = {
    ...{ platform: 'linux', program: '/opt/My "App" 100%/metamcp', autostartDir },
    setLoginItem: none,
  }
  const file = join(autostartDir, 'metamcp.desktop')
  await setLoginItem({ openAtLogin: true, startHidden: true }, options)
  expect(readFileSync(file, 'utf8')).toContain(
    'Exec="/opt/My \\\\"App\\\\" 100%%/metamcp" --hidden\n',
  )
  await setLoginItem({ openAtLogin: true, startHidden: false }, options)
  expect(readFileSync(file, 'utf8')).toMatch(/metamcp"\n/)
  await setLoginItem({ openAtLogin: false, startHidden: false }, options)
  await setLoginItem({ openAtLogin: false, startHidden: false }, options)
  expect(existsSync(file)).toBe(false)
})

test.each([
  ['win32', { openAtLogin: true, path: 'C:\\MetaMCP.exe', args: ['--hidden'] }],
  // macOS takes no arguments; it tells the app that it was opened at login.
  ['darwin', { openAtLogin: true }],
] as const)('on %s the system is asked', async (platform, expected) => {
  const asked: unknown[] = []
  await setLoginItem(
    { openAtLogin: true, startHidden: true },
    {
      ...{ platform, program: 'C:\\MetaMCP.exe', autostartDir: '/nowhere' },
      setLoginItem: (settings) => asked.push(settings),
    },
  )
  expect(asked).toEqual([expected])
})
