import { bothEras, legacy, modern, requirements } from './define.ts'

const timeouts = requirements(bothEras, {
  'basic/patterns/cancellation#timeouts': {
    'timeout-cancels': 'both SHOULD limit the time of each request, and cancel what takes longer',
    'timeout-maximum': 'both SHOULD have a limit that no progress extends',
  },
})

const cancellation = requirements(bothEras, {
  'basic/patterns/cancellation#behavior-requirements': {
    'cancel-in-flight': 'both MUST cancel only what they asked for and believe unanswered',
    'cancel-stops': 'both SHOULD stop what is cancelled, free what it held, and not answer it',
    'cancel-late-answer': 'both SHOULD ignore an answer to what they cancelled',
  },
  'basic/patterns/cancellation#timing-considerations': {
    'cancel-race': 'both MUST bear a cancellation that comes after the answer',
  },
  'basic/patterns/cancellation#implementation-notes': {
    'cancel-reason-logged': 'both SHOULD log why something was cancelled',
  },
  'basic/patterns/cancellation#error-handling': {
    'cancel-invalid': 'both SHOULD ignore cancellations of unknown requests, and malformed ones',
  },
})

const cancellationByEra = [
  ...requirements(legacy, {
    'basic/utilities/cancellation#behavior-requirements': {
      'cancel-initialize': 'client MUST NOT cancel initialize',
    },
  }),
  ...requirements(modern, {
    'basic/patterns/cancellation#cancellation-flow': {
      'cancel-by-server': 'server MUST NOT send notifications/cancelled but to end a subscription',
    },
    'basic/patterns/cancellation#transport-specific-cancellation': {
      'cancel-stdio': 'client MUST send notifications/cancelled to cancel over stdio',
      'cancel-http': 'client SHOULD close the stream of a request to cancel it over HTTP',
    },
    'basic/transports/stdio#cancellation': {
      'cancel-stdio-silent':
        'server MUST NOT send anything more for a request cancelled over stdio',
    },
  }),
]

const progress = requirements(bothEras, {
  'basic/patterns/progress#progress-flow': {
    'progress-token': 'both MUST use a string or an integer as progress token',
    'progress-token-unique': 'both MUST make it unique among all active requests',
    'progress-increases': 'both MUST let progress increase with each notification',
  },
  'basic/patterns/progress#behavior-requirements': {
    'progress-active':
      'both MUST send progress only for requests under way, none once they are answered',
  },
  'basic/patterns/progress#implementation-notes': {
    'progress-flood': 'both SHOULD keep a flood of progress within bounds',
  },
})

const roundTrips = requirements(modern, {
  'basic/patterns/mrtr#multi-round-trip-requests': {
    'mrtr-instead-of-requests': 'server MUST ask a client by input_required, not by requests',
  },
  'basic/patterns/mrtr#supported-requests': {
    'mrtr-methods': 'server MUST NOT answer input_required but to a call, a prompt or a read',
  },
  'basic/patterns/mrtr#server-requirements-basic-workflow': {
    'mrtr-keys': 'server MUST give each input request of an answer a key of its own',
    'mrtr-kinds': 'server MUST ask for nothing but elicitation, sampling and roots',
    'mrtr-state-sealed': 'server MUST refuse a requestState that is not as it made it',
    'mrtr-state-caller': 'server SHOULD refuse the requestState of another caller',
    'mrtr-state-expiry': 'server SHOULD refuse a requestState that has expired',
    'mrtr-state-request':
      'server SHOULD refuse a requestState on a request other than the first one',
    'mrtr-state-once': 'server MUST refuse a requestState a second time where it is good for one',
    'mrtr-not-empty': 'server MUST send inputRequests or requestState with each input_required',
    'mrtr-declared': 'server MUST NOT ask for what the client did not declare',
    'mrtr-abandoned': 'server MUST NOT count on a retry: what waits for one ends by itself',
  },
  'basic/patterns/mrtr#client-requirements-basic-workflow': {
    'mrtr-inputs': 'client MUST fulfil inputRequests before it tries again',
    'mrtr-state-echoed': 'client MUST send requestState back as it came, and none where none came',
    'mrtr-new-id': 'client MUST try again under a new id',
    'mrtr-own-retry': 'client MUST NOT use inputs or state for any other request',
  },
  'basic/patterns/mrtr#error-handling': {
    'mrtr-responses-checked':
      'server SHOULD answer inputResponses that make no sense with an error',
    'mrtr-responses-extra': 'server SHOULD ignore responses that nobody asked for',
    'mrtr-responses-missing': 'server SHOULD ask again for what is still missing',
  },
})

const subscriptions = requirements(modern, {
  'basic/patterns/subscriptions#opening-a-stream': {
    'subscription-filter': 'server MUST NOT send kinds of notifications that were not asked for',
  },
  'basic/patterns/subscriptions#acknowledgment': {
    'subscription-acknowledged':
      'server MUST acknowledge a subscription before anything else on it',
    'subscription-acknowledgment-read':
      'client SHOULD bear that less was acknowledged than asked for',
  },
  'basic/index#_meta': {
    'subscription-id': 'server MUST give each of its notifications the id of the subscription',
  },
  'basic/patterns/subscriptions#graceful-closure': {
    'subscription-end':
      'server SHOULD answer the listen request when it ends a subscription itself',
    'subscription-relisten': 'client MUST listen anew when a stdio server was restarted',
  },
  'basic/patterns/cancellation#cancellation-flow': {
    'subscription-torn-down':
      'server MUST send notifications/cancelled for the listen request when it tears one down',
  },
})

export const patterns = [
  ...timeouts,
  ...cancellation,
  ...cancellationByEra,
  ...progress,
  ...roundTrips,
  ...subscriptions,
]
