import { expect, test } from 'vitest'
import { openApprovalNotices } from './approval-notices.ts'

const call = (id: string) => ({ id, client: 'Cursor', name: 'delete_repo' })

test('a person is told of each call once, as long as it waits', () => {
  const notices = openApprovalNotices()
  expect(notices.look([call('a')])).toEqual([call('a')])
  expect(notices.look([call('a'), call('b')])).toEqual([call('b')])
  expect(notices.look([call('b')])).toEqual([])
  expect(notices.look([])).toEqual([])
})
