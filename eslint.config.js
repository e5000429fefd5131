import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const defaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export it by name: a name is the same in every file and can be searched for.',
}
const moduleMock = {
  selector: 'CallExpression[callee.object.name="vi"][callee.property.name=/^(mock|doMock)$/]',
  message: 'Give the code under test a real part or a fake through its options; modules stay real.',
}
const sleeping = [
  'AwaitExpression > NewExpression[callee.name="Promise"] > ArrowFunctionExpression > CallExpression.body[callee.name="setTimeout"]',
  'AwaitExpression > NewExpression[callee.name="Promise"] > :function > BlockStatement[body.length=1] > ExpressionStatement > CallExpression[callee.name="setTimeout"]',
  'ImportDeclaration[source.value=/^(node:)?timers.promises$/] > ImportSpecifier[imported.name=/^(setTimeout|scheduler)$/]',
].map((selector) => ({
  selector,
  message:
    'Wait for the event itself (vi.waitFor, once, a promise): a pause is too short or wasted.',
}))
const forbidSyntax = (...syntax) => ({ 'no-restricted-syntax': ['error', ...syntax] })

// No preset: every rule is here because it catches a mistake that this code could make.
export default defineConfig(
  { ignores: ['out/', 'dist/', 'coverage/', 'test-results/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { rules: { 'max-lines': ['error', 300] } },
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      'max-lines-per-function': ['error', 60],
      ...forbidSyntax(defaultExport),
    },
  },
  { files: ['{electron/core,renderer}/**'], rules: { 'no-console': 'error' } },
  { files: ['electron/core/**'], rules: forbidSyntax(defaultExport, moduleMock) },
  {
    files: ['**/*.test.{ts,tsx}'],
    rules: { 'max-lines-per-function': 'off', ...forbidSyntax(defaultExport, ...sleeping) },
  },
  {
    files: ['electron/core/**/*.test.ts'],
    rules: forbidSyntax(defaultExport, moduleMock, ...sleeping),
  },
  // A tool's configuration is the default export of its file, because the tool says so.
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
)
