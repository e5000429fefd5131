import { bothEras, legacy, modern, requirements } from './define.ts'

const elicitation = requirements(bothEras, {
  'client/elicitation#capabilities': {
    'elicitation-declared':
      'client MUST declare elicitation, and its modes, where it can be relayed',
    'elicitation-mode':
      'server MUST NOT send a mode of elicitation that the client did not declare',
  },
  'client/elicitation#elicitation-requests': {
    'elicitation-mode-absent': 'client MUST take an elicitation without a mode as a form',
  },
  'client/elicitation#security-considerations': {
    'elicitation-bound':
      'server MUST tie an elicitation, and its state, to the client and caller it is for',
    'elicitation-origin': 'client MUST make clear which server asks',
  },
  'client/elicitation#safe-url-handling': {
    'elicitation-url': 'client MUST NOT fetch the URL of an elicitation, nor open it by itself',
  },
  'client/elicitation#error-handling': {
    'elicitation-declined': 'server MUST bear that an elicitation is declined, cancelled or fails',
  },
})

const elicitationByEra = [
  ...requirements(legacy, {
    'client/elicitation#completion-notifications-for-url-mode-elicitation': {
      'elicitation-complete':
        'server MUST tell only the client that was asked, with the id it knows',
      'elicitation-complete-unknown': 'client MUST ignore a completion of an unknown id',
    },
    'client/elicitation#url-elicitation-required-error': {
      'elicitation-required':
        'server MUST list with -32042 what is to be elicited, each by URL and id',
    },
    'client/elicitation#error-handling': {
      'elicitation-mode-refused': 'client MUST answer a mode that was not declared with -32602',
    },
  }),
  ...requirements(modern, {}),
]

const sampling = requirements(bothEras, {
  'client/sampling#capabilities': {
    'sampling-declared':
      'client MUST declare sampling, and sampling.tools, where they can be relayed',
  },
  'client/sampling#tools-in-sampling': {
    'sampling-tools': 'server MUST NOT ask with tools where the client did not declare them',
  },
  'client/sampling#creating-messages': {
    'sampling-tools-refused':
      'client MUST answer tools or toolChoice that it did not declare with an error',
  },
})

const roots = [
  ...requirements(bothEras, {
    'client/roots#capabilities': {
      'roots-declared': 'client MUST declare roots where they can be relayed',
    },
    'client/roots#security-considerations': {
      'roots-permission': 'client MUST show a server only the roots of the session that it serves',
    },
  }),
  ...requirements(legacy, {
    'client/roots#root-list-changes': {
      'roots-changed': 'client MUST tell servers when roots change, where it declared listChanged',
    },
    'client/roots#error-handling': {
      'roots-unsupported': 'client SHOULD answer roots/list with -32601 where there are none',
    },
  }),
]

/** Declared in neither direction: what is left is what binds one who does not declare them. */
const tasks = requirements(legacy, {
  'basic/utilities/tasks#tool-level-negotiation': {
    'tasks-not-sent': 'client MUST NOT send a task to a server that does not declare them',
  },
  'basic/utilities/tasks#task-support-and-handling': {
    'tasks-ignored':
      'both MUST treat a request as an ordinary one where they did not declare tasks',
  },
})

export const clientFeatures = [...elicitation, ...elicitationByEra, ...sampling, ...roots, ...tasks]
