/** What the program runs in, and the sentence that says so. */
type Host =
  | { kind: 'electron'; binary: string; sentence: string }
  | { kind: 'headless'; sentence: string }
  | { kind: 'none'; sentence: string }

type Situation = {
  /** The host that was asked for by name; without it the display decides. */
  forced?: 'headless' | 'desktop'
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  /** The path of Electron's executable, fetched if need be; rejects with the reason. */
  openElectron(): Promise<string>
}

/** Decides between the desktop app and the headless program. */
export async function chooseHost(situation: Situation): Promise<Host> {
  const { forced, platform, env, openElectron } = situation
  if (forced === 'headless') return { kind: 'headless', sentence: 'Starting headless, as asked.' }
  if (forced === undefined && !hasDisplay(platform, env)) {
    const sentence = 'Starting headless: neither DISPLAY nor WAYLAND_DISPLAY names a display.'
    return { kind: 'headless', sentence }
  }
  try {
    const binary = await openElectron()
    const why = forced ? 'as asked' : 'there is a display'
    return { kind: 'electron', binary, sentence: `Starting the desktop app: ${why}.` }
  } catch (error) {
    return withoutElectron(forced, error instanceof Error ? error.message : String(error))
  }
}

function withoutElectron(forced: Situation['forced'], reason: string): Host {
  const lack = `Electron could not be had (${reason})`
  if (forced === undefined) return { kind: 'headless', sentence: `Starting headless: ${lack}.` }
  return { kind: 'none', sentence: `${lack}; \`npm run headless\` does without it.` }
}

/** macOS and Windows always have one; elsewhere the session says so in its environment. */
function hasDisplay(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): boolean {
  if (platform === 'darwin' || platform === 'win32') return true
  return Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY)
}
