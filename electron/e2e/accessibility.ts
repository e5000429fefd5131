import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/**
 * What axe finds serious or critical on the page as it stands, in both colour schemes: one line
 * for each, with the element.
 */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  const problems: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const attribute = `[data-mantine-color-scheme="${colorScheme}"]`
    await page.locator(attribute).first().waitFor({ state: 'attached' })
    // Its other mode opens a page of its own, which the app's window does not allow.
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode(true)
      .withTags(RULES)
      .analyze()
    for (const { id, impact, nodes } of violations) {
      if (impact !== 'serious' && impact !== 'critical') continue
      for (const { html, failureSummary } of nodes) {
        problems.push(`${colorScheme} ${id}: ${html.slice(0, 300)} ${failureSummary ?? ''}`)
      }
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  return problems
}
