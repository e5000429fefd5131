import { describe, expect, test } from 'vitest'
import { readStart } from '../host/read-start.ts'
import { programArguments } from './program-arguments.ts'

describe('the arguments for the app', () => {
  test.each<[string, string[], string[]]>([
    ['nothing but the app', ['.'], []],
    ['arguments behind the app', ['.', '--port', '0'], ['--port', '0']],
    ['switches before the app', ['--no-sandbox', '/app', '--port=0'], ['--port=0']],
    ['a module to load first', ['-r', './first.js', '.', '--config', 'a'], ['--config', 'a']],
    ['no app', ['--inspect'], []],
  ])('of plain Electron with %s', (_, args, expected) => {
    expect(programArguments({ argv: ['electron', ...args], isDefaultApp: true })).toEqual(expected)
  })

  test('of the packaged app are all that follow the executable', () => {
    const argv = ['/opt/MetaMCP/metamcp', '--port', '0']
    expect(programArguments({ argv, isDefaultApp: false })).toEqual(['--port', '0'])
  })
})

test('what the system and Chromium add to a command line is in nobody’s way', () => {
  const ours = ['--port', '0', '--public-url=http://a.example', '--log-level', 'warn']
  const argv = ['metamcp', '-psn_0_12345', '--inspect=9229', ...ours, '--ozone-platform=x11']
  const args = programArguments({ argv, isDefaultApp: false })
  expect(readStart({ args, env: {}, foreignSwitches: 'leave' })).toMatchObject({
    kind: 'start',
    config: { port: 0, publicUrl: 'http://a.example', logLevel: 'warn', host: '127.0.0.1' },
  })
})
