import { expect, test } from 'vitest'
import { openManyTools, TOOLS, treeOf } from './many-tools.ts'

test('of two thousand tools few are drawn, wherever one scrolls, and all are sought through', async () => {
  await using app = await openManyTools()
  const tree = treeOf(app.page)
  const rows = () => tree.getByRole('row').count()
  expect(await tree.getAttribute('aria-rowcount')).toBe(String(TOOLS + 4 + 1))
  expect(await rows()).toBeLessThan(80)

  await tree.evaluate((list) => (list.scrollTop = list.scrollHeight))
  await tree.getByRole('row', { name: /tool_0*499/ }).waitFor()
  expect(await rows()).toBeLessThan(80)

  await app.page.getByRole('searchbox').fill('tool_00')
  await expect.poll(() => tree.getAttribute('aria-rowcount')).toBe(String(4 * 10 + 4 + 1))
})
