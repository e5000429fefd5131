import { bothEras, legacy, modern, requirements } from './define.ts'

const offers = requirements(bothEras, {
  'server/tools#capabilities': {
    'features-declared':
      'server MUST declare tools, prompts, resources and completions where it has any',
  },
  'server/tools#list-changed-notification': {
    'list-changed': 'server SHOULD tell when its tools, prompts or resources change',
  },
  'server/tools#tool-names': {
    'tools-name-form': 'server SHOULD name tools in 1 to 128 of A-Z, a-z, 0-9, _, - and .',
    'tools-name-case': 'server SHOULD tell names apart that differ in case only',
    'tools-name-unique': 'server SHOULD name each tool differently',
  },
  'server/tools#security-considerations': {
    'features-access': 'server MUST let only those call, get and read who may',
  },
  'server/prompts#error-handling': {
    'prompts-unknown': 'server SHOULD answer an unknown prompt with -32602',
  },
  'server/resources#security-considerations': {
    'resources-uri': 'server MUST check a URI before it reads',
  },
  'server/utilities/completion#error-handling': {
    'completion-unknown': 'server SHOULD answer a completion of an unknown prompt with -32602',
  },
  'server/utilities/completion#security': {
    'completion-hidden': 'server MUST NOT complete what the caller may not see',
  },
})

const offersByEra = [
  ...requirements(legacy, {
    'server/resources#error-handling': {
      'resources-unknown-legacy': 'server SHOULD answer an unknown resource with -32002',
    },
  }),
  ...requirements(modern, {
    'server/tools#capabilities': {
      'lists-alike':
        'server MUST NOT let lists of tools, prompts and resources depend on the connection',
      'tools-order': 'server SHOULD list tools in the same order each time',
    },
    'server/tools#tool-names': {
      'tools-name-prefix': 'both SHOULD tell equal names of several servers apart, as by a prefix',
      'tools-name-server-info': 'both SHOULD NOT take serverInfo.name for what tells servers apart',
    },
    'server/resources#error-handling': {
      'resources-unknown': 'server MUST answer an unknown resource with -32602',
      'resources-unknown-not-empty':
        'server MUST NOT answer an unknown resource with empty contents',
      'resources-unknown-accepted': 'client SHOULD understand -32002 of older servers as well',
      'resources-failure': 'server SHOULD answer a failure inside with -32603',
    },
  }),
]

const logging = [
  ...requirements(bothEras, {
    'server/utilities/logging#capabilities': {
      'logging-declared': 'server MUST declare logging where it sends log messages',
    },
    'server/utilities/logging#error-handling': {
      'logging-level-invalid': 'server SHOULD answer an unknown level with -32602',
    },
    'server/utilities/logging#security': {
      'logging-secrets': 'both MUST NOT let credentials into log messages of their own',
      'logging-flood': 'both SHOULD keep a flood of log messages within bounds',
      'logging-access': 'both SHOULD show log messages only to those whom they concern',
    },
  }),
  ...requirements(modern, {
    'server/utilities/logging#per-request-log-level': {
      'logging-asked': 'server MUST NOT send log messages for a request without logLevel',
      'logging-own-stream':
        'server MUST NOT send log messages on any stream but that of their request',
    },
  }),
]

const pagination = [
  ...requirements(bothEras, {
    'server/utilities/pagination#pagination-model': {
      'pagination-size': 'client MUST NOT assume a size of pages',
    },
    'server/utilities/pagination#implementation-guidelines': {
      'pagination-stable': 'server SHOULD give cursors that stay good',
      'pagination-end':
        'client SHOULD read on until there is no nextCursor, also where there is none',
      'pagination-opaque': 'client MUST send cursors back as they came, without reading them',
    },
    'server/utilities/pagination#error-handling': {
      'pagination-invalid': 'server SHOULD answer an invalid cursor with -32602',
    },
  }),
  ...requirements(modern, {
    'server/utilities/pagination#implementation-guidelines': {
      'pagination-empty': 'client MUST NOT take an empty cursor for the end',
    },
  }),
]

const caching = requirements(modern, {
  'server/utilities/caching#cacheable-results': {
    'caching-hints': 'server MUST give ttlMs and cacheScope with discover, lists and reads',
  },
  'server/utilities/caching#cache-key': {
    'caching-key':
      'client MUST NOT answer from a cache what had other parameters, or came of a retry',
  },
  'server/utilities/caching#time-to-live-ttl-field': {
    'caching-ttl': 'server MUST give a ttlMs of 0 or more',
    'caching-ttl-read':
      'client SHOULD take a result as fresh for its ttlMs, and ask again when stale',
    'caching-ttl-absent': 'client SHOULD take a ttlMs that is absent or negative as 0',
  },
  'server/utilities/caching#freshness-calculation': {
    'caching-no-polling': 'client SHOULD NOT ask again each time a ttlMs is over',
  },
  'server/utilities/caching#cache-scope-field': {
    'caching-private': 'both MUST NOT share what is private between callers',
  },
  'server/utilities/caching#interaction-with-pagination': {
    'caching-scope-pages': 'server MUST give all pages of a list the same cacheScope',
    'caching-cursor-lost': 'client SHOULD begin anew where a cursor is no longer good',
  },
  'server/utilities/caching#security-considerations': {
    'caching-access': 'server MUST NOT rely on cacheScope alone to keep things from callers',
  },
})

export const serverFeatures = [...offers, ...offersByEra, ...logging, ...pagination, ...caching]
