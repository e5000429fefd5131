/** Every visible word, in one place: for one voice, and for other languages to come. */
export const strings = {
  app: 'MetaMCP',
  loading: 'Reading what runs',
  runningOn: (address: string) => `Running on ${address}`,
  version: (version: string) => `Version ${version}`,

  problem: {
    title: 'MetaMCP does not answer',
    again: 'Try again',
  },

  copy: {
    button: 'Copy',
    done: 'Copied',
    failed: 'Not copied',
    /** The accessible name: what is copied. */
    of: (what: string) => `Copy ${what}`,
  },

  endpoints: {
    title: 'Endpoints',
    purpose: 'One URL for every AI client. What it offers comes from all of your servers.',
    none: 'No endpoint is on, so no client can connect.',
    urlOf: (name: string) => `URL of endpoint ${name}`,
    needsKey: 'needs a key',
    open: 'open to every program on this computer',
  },

  connect: {
    title: 'Connect Cursor',
    purpose: 'Put this into ~/.cursor/mcp.json, or into .cursor/mcp.json of one project.',
    snippet: 'mcp.json for Cursor',
    keyPlace: 'YOUR_KEY',
    keyMissing: 'YOUR_KEY stands for an API key. Keys are shown once, when they are made.',
    makeKey: 'Make a key',
    keyMade: (name: string) => `This is the key “${name}”. Copy it now: it is not shown again.`,
    keyName: (at: Date) => `Cursor, ${at.toLocaleString('sv')}`,
  },

  servers: {
    title: 'Servers',
    columns: { name: 'Name', state: 'State', tools: 'Tools', runs: 'Runs' },
    unknown: '–',
    states: {
      running: 'Running',
      starting: 'Starting',
      stopped: 'Idle',
      failed: 'Failed',
      disabled: 'Off',
    },
    startsOnCall: 'starts on first call',
    noReason: 'It gave no reason.',
  },

  noServers: {
    title: 'No servers yet',
    purpose:
      'A server gives your AI clients tools. Name them in a file metamcp.json, in the format that every client knows:',
    file: 'metamcp.json with a first server',
    start: 'Then start MetaMCP with it:',
    command: 'command that starts MetaMCP with metamcp.json',
  },
}
