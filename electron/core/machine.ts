/** The computer whose files are ours to read and change, because its user is ours. */
export type Machine = {
  platform: 'darwin' | 'win32' | 'linux'
  /** The user's home folder. */
  home: string
  /** The user's environment, for folders that were moved. */
  env: Record<string, string | undefined>
  /** What starts us as a server on stdin and stdout, up to the name of the endpoint. */
  stdio: { command: string; args: string[] }
}
