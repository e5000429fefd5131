import { expect, test } from 'vitest'
import type { LoggedCall } from '../../../../shared/calls.ts'
import { csvOf } from './save-calls.ts'

const call: LoggedCall = {
  ...{ id: 7, at: Date.UTC(2026, 0, 2), endpoint: 'default', caller: 'anonymous' },
  ...{ client: null, clientLabel: null, clientVersion: null, server: 'github' },
  ...{ method: 'tools/call', name: 'say', ms: 1.5, outcome: '-32602', error: null },
  ...{ argumentsSize: 2, resultSize: null, resultTokens: null },
}

test('a file for spreadsheets has a row for each call, and no formula of anybody', () => {
  const odd = { ...call, name: '=HYPERLINK("x")', error: 'one\ntwo, three' }
  expect(csvOf([call, odd]).split('\r\n')).toEqual([
    'id,at,endpoint,client,clientVersion,caller,server,method,name,ms,outcome,error,argumentsSize,resultSize,resultTokens',
    '7,2026-01-02T00:00:00.000Z,default,,,anonymous,github,tools/call,say,1.5,-32602,,2,,',
    `7,2026-01-02T00:00:00.000Z,default,,,anonymous,github,tools/call,"'=HYPERLINK(""x"")",1.5,-32602,"one\ntwo, three",2,,`,
    '',
  ])
})
