import type { ImageFacts } from './image-facts.ts'
import type { Ended } from './run-program.ts'

/** What builds an image and runs containers of it; ends and removes everything when it is disposed. */
export interface Engine extends AsyncDisposable {
  /** What does it, in a few words. */
  readonly title: string
  /** Builds the image of the project. Its progress goes to stderr. */
  build(): Promise<void>
  image(): Promise<ImageFacts>
  /** A volume for `/data`, as empty as a new one. */
  makeVolume(): Promise<string>
  /** Resolves once the first line says that it is ready; rejects if it ends before. */
  start(run: Run): Promise<Container>
}

export type Run = {
  volume: string
  /** With a root that nobody can write to, and without any capability. */
  isReadOnly: boolean
}

/** Disposing it ends it at once. */
export interface Container extends AsyncDisposable {
  /** Where it is reached from this machine. */
  readonly url: string
  /** Milliseconds from the command that starts it to its first line. */
  readonly readyMs: number
  stdout(): string
  /** Runs a program beside it, as the user of the image. */
  exec(command: string[], input?: string): Promise<Ended>
  /** Sends a signal to its first process, and resolves with the exit code once all of it has ended. */
  signal(name: 'SIGKILL' | 'SIGTERM'): Promise<number>
}
