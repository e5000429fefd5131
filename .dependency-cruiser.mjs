/** @import { IConfiguration, IForbiddenRuleType } from 'dependency-cruiser' */

const OURS = '^(electron|renderer|shared)/'
const SHARED = '^shared/'
const CORE = '^electron/core/'
const CORE_DOOR = '^electron/core/(index|early)\\.ts$'
/** Every file on the core's top level is a leaf, but for the three that stand on all the rest. */
const LEAVES = ['^electron/core/(?!(core|index|router)\\.ts$)[^/]+\\.ts$', '^electron/core/db/']
const FEATURES =
  '^electron/core/(accounts|activity|adding|approvals|audit|auth|authorization|calls|clients|data|doctor|endpoints|host|logs|metrics|namespaces|oauth|removals|replicas|rotation|servers|settings|status|tracing|trust)/'
const CONNECTIONS = '^electron/core/connections/'
const GATEWAY = '^electron/core/gateway/'
const INSPECTOR = '^electron/core/inspector/'
const HTTP = '^electron/core/http/'
const HOST = '^electron/host/'
const ROUTER = '^electron/core/(router|wiring/apply-config)\\.ts$'
/** What puts the features together, and may import all of them. */
const WIRING = '^electron/core/(wiring/|(core|index)\\.ts$)'
/** Tests and their parts may import anything. */
const TESTS = ['\\.test\\.tsx?$', '^electron/core/testing/', '^electron/e2e/']
const ELECTRON = '^electron$|(^|/)node_modules/electron/'

/**
 * A rule: of our own files, those in `from` import only those in `may`. Packages are not meant.
 * @returns {IForbiddenRuleType}
 */
function importsOnly(name, comment, { from, except = [], may }) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from, pathNot: [...except, ...TESTS] },
    to: { path: OURS, pathNot: may },
  }
}

/** @type {IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or lack a third that both can import.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shared-imports-only-zod',
      comment: 'Both sides load shared/: what it imports must run in the core and in a browser.',
      severity: 'error',
      from: { path: SHARED, pathNot: TESTS },
      to: { pathNot: [SHARED, '(^|/)node_modules/zod/'] },
    },
    {
      name: 'electron-only-in-main-and-preload',
      comment: 'Everything else also runs headless, in a container and in tests.',
      severity: 'error',
      from: { pathNot: ['^electron/(main|preload)/', ...TESTS] },
      to: { path: ELECTRON },
    },
    {
      name: 'tests-are-not-imported',
      comment: 'What ships does not need its tests; what both need belongs to what ships.',
      severity: 'error',
      from: { path: OURS, pathNot: TESTS },
      to: { path: TESTS },
    },
    importsOnly(
      'core-knows-no-host',
      'The core is the same under Electron, plain Node and a test; hosts call it.',
      { from: CORE, may: [CORE, SHARED] },
    ),
    importsOnly(
      'leaves-import-leaves',
      'Leaves are what all of the core stands on. A new folder lands here until it has its own rule.',
      {
        from: CORE,
        except: [FEATURES, CONNECTIONS, GATEWAY, INSPECTOR, HTTP, ROUTER, WIRING],
        may: [...LEAVES, SHARED],
      },
    ),
    importsOnly(
      'connections-know-no-definitions',
      'Connections take definitions as values: no store, no table, no HTTP.',
      { from: CONNECTIONS, may: [CONNECTIONS, ...LEAVES, SHARED] },
    ),
    importsOnly(
      'features-do-not-know-one-another',
      'What a feature needs of another one arrives as a function, given by core.ts.',
      // $1 is the feature's own folder, as matched in `from`.
      { from: FEATURES, may: ['^electron/core/$1/', ...LEAVES, SHARED] },
    ),
    importsOnly(
      'gateway-gets-rules-as-functions',
      'The path of a call reads no database: rules and the log writer arrive as functions.',
      { from: GATEWAY, may: [GATEWAY, CONNECTIONS, ...LEAVES, SHARED] },
    ),
    importsOnly(
      'inspector-is-a-client-of-the-gateway',
      'It goes the way that clients go; what it looks at arrives as a function.',
      { from: INSPECTOR, may: [INSPECTOR, GATEWAY, ...LEAVES, SHARED] },
    ),
    importsOnly(
      'http-gets-the-router-as-a-value',
      'HTTP mounts the gateway behind auth; the tRPC router arrives as a value.',
      { from: HTTP, may: [HTTP, GATEWAY, '^electron/core/auth/', ...LEAVES, SHARED] },
    ),
    importsOnly(
      'routers-join-features',
      'router.ts and apply-config.ts see every feature, and nothing that is live.',
      { from: ROUTER, may: [FEATURES, `${INSPECTOR}router\\.ts$`, ...LEAVES, SHARED] },
    ),
    importsOnly(
      'hosts-use-the-door',
      'core/index.ts is the door, and early.ts to what comes before: what a host needs is exported there.',
      {
        from: '^electron/(main|headless|cli|preload)/',
        may: ['^electron/$1/', HOST, CORE_DOOR, SHARED],
      },
    ),
    importsOnly(
      'host-is-no-host',
      'What hosts share, arguments and greeting, is the same whichever of them runs.',
      { from: HOST, may: [HOST, CORE_DOOR, SHARED] },
    ),
    importsOnly(
      'preload-exposes-a-bridge',
      'The preload script runs in a sandbox: no core can run there.',
      { from: '^electron/preload/', may: ['^electron/preload/', SHARED] },
    ),
    importsOnly(
      'renderer-imports-shared',
      'The renderer reaches the core over tRPC; only renderer/src/trpc.ts names its types.',
      { from: '^renderer/', except: ['^renderer/src/trpc\\.ts$'], may: ['^renderer/', SHARED] },
    ),
    importsOnly('trpc-knows-the-door', 'The type of the router is exported by core/index.ts.', {
      from: '^renderer/src/trpc\\.ts$',
      may: ['^renderer/', CORE_DOOR, SHARED],
    }),
    {
      name: 'renderer-takes-types-only',
      comment: 'A value from the core would bundle the core into the page: write `import type`.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: TESTS },
      to: { path: CORE, dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    // Imports of types count too: they are knowledge of the other file.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
