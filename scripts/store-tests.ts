/** Tests of what is stored, which is the same on a PostgreSQL server: they run on both. */
export const STORE_TESTS = [
  ...['removals/removals', 'namespaces/{pins,picking,store}', 'auth/api-key-{store,owner}'],
  ...['wiring/{apply-config,definitions}', 'calls/{keeping,calls,known-names}', 'audit/audit'],
  ...['settings/{settings,secret-check}', 'servers/{catalog-store,store}', 'endpoints/store'],
  ...['router', 'room-of-accounts', 'db/append'],
].map((name) => `electron/core/${name}.test.ts`)
