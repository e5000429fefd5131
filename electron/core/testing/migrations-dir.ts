import { fileURLToPath } from 'node:url'

export const migrationsDir = fileURLToPath(
  new URL('../../../resources/migrations', import.meta.url),
)
