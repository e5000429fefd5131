import { outputOf } from './run-program.ts'

/** buildah with a storage of its own, which nothing else on this machine shares. */
export interface Buildah {
  /** The program and its arguments, for what it is to do. */
  command(args: string[]): [string, string[]]
  output(args: string[]): Promise<string>
}

/** `folder` keeps images between runs; `vfs` needs nothing of the kernel. */
export function openBuildah(folder: string): Buildah {
  const storage = [
    '--storage-driver',
    'vfs',
    '--root',
    `${folder}/images`,
    '--runroot',
    `${folder}/run`,
  ]
  const command = (args: string[]): [string, string[]] => ['buildah', [...storage, ...args]]
  return { command, output: (args) => outputOf(...command(args)) }
}
