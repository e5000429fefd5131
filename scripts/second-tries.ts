import { stdout } from 'node:process'
import type { Reporter, TestCase } from 'vitest/node'

/**
 * Says which tests passed only when they were tried again. A machine that stalls may be the reason,
 * or a defect that shows rarely: each is to be looked at.
 */
class SecondTries implements Reporter {
  readonly #names: string[] = []

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) {
      this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`)
    }
  }

  onTestRunEnd(): void {
    if (this.#names.length === 0) return
    stdout.write(`\nPassed at a second try only:\n  ${this.#names.join('\n  ')}\n`)
  }
}

// vitest takes a reporter by its file's default export.
export { SecondTries as default }
