import { base } from './requirements/base.ts'
import { clientFeatures } from './requirements/client-features.ts'
import type { Requirement } from './requirements/define.ts'
import { modernHttp } from './requirements/modern-http.ts'
import { oauthClient } from './requirements/oauth-client.ts'
import { patterns } from './requirements/patterns.ts'
import { serverFeatures } from './requirements/server-features.ts'
import { transports } from './requirements/transports.ts'

/**
 * Each MUST and SHOULD of revisions 2025-11-25 and 2026-07-28 that binds a gateway: as a server
 * towards clients, as a client towards servers, and in between. A test cites what it shows in a
 * line above it, `// Shows: id, id`; requirements.test.ts fails while one is cited by none.
 *
 * Sentences that say the same are one entry, under the section of the newest revision that has it.
 * The advice on HTTP+SSE is not in capitals there; since clients rely on it, it counts as SHOULD.
 *
 * Left out is what binds somebody else:
 * - models, applications and their users: approval, what is shown, icons, preferences of models,
 *   checking of forms and results before a model sees them;
 * - authors of tools, prompts, resources and schemas: what is in them, and what forms may ask for;
 *   order and balance of sampling messages; media types and encodings: all that only passes through;
 * - authorization servers, and servers as OAuth resources: endpoints are guarded by keys so far;
 * - implementations of JSON Schema: a gateway validates no payload;
 * - SDKs, transports and extensions of one's own, and servers or clients of one era only;
 * - who relays the experimental tasks of 2025-11-25: we declare them in neither direction. The
 *   extension that took their place, no part of either revision, has tests of its own;
 * - intermediaries that route by headers without reading bodies: we read them.
 * Left out, too, is to ping now and then: pings are answered and never sent. That the other side is
 * gone shows by a process that ends, a stream that breaks, and keep-alives on streams of our own.
 * And advice not to adopt what is deprecated: we relay it as long as others speak it. And what
 * belongs to features that endpoints do not have yet: limits of rates, a log of calls.
 */
export const requirements: readonly Requirement[] = [
  ...base,
  ...transports,
  ...modernHttp,
  ...patterns,
  ...serverFeatures,
  ...clientFeatures,
  ...oauthClient,
]
