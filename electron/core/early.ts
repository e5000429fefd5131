/*
 * A door beside index.ts, to what a host begins with: that one takes longer to load than what is
 * here takes to start.
 */
export { prepareThread, type SpareThread } from './db/thread.ts'
