/** Where a newcomer stands: it is read off what is there, so that it resumes anywhere. */
export type FirstRunStep = 'servers' | 'connect' | 'wait' | 'done'

/** Whether the person has begun with it, or does not want it any more. */
export type Stage = 'new' | 'begun' | 'left'

type Facts = {
  /** How many there are; `undefined` while that is not known. */
  servers: number | undefined
  setUp: number | undefined
  hasCalls: boolean | undefined
  stage: Stage
}

/** `null`: there is nothing left to begin, it was left, or it is not known yet. */
export function stepOf({ servers, setUp, hasCalls, stage }: Facts): FirstRunStep | null {
  if (servers === undefined || setUp === undefined || hasCalls === undefined) return null
  if (stage === 'left') return null
  if (hasCalls) return stage === 'begun' ? 'done' : null
  if (servers === 0) return 'servers'
  return setUp === 0 ? 'connect' : 'wait'
}
