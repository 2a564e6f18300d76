/** Seconds before each further try of an event or job that failed; after the last it is dead. */
const RETRY_SECONDS = [1, 2, 4, 8, 16, 32]

/** @param attempt how often it has failed before this failure. @returns undefined: give up */
export function retryDelayMs(attempt: number): number | undefined {
  const seconds = RETRY_SECONDS[attempt]
  return seconds === undefined ? undefined : seconds * 1000
}

export const LONGEST_RETRY_MS = 32_000

/** Nobody in this release handles such an event or job; during a rolling deploy the next release does. */
export class NoHandler extends TypeError {}

/** About an hour of tries: longer than a deploy takes. */
const NO_HANDLER_TRIES = 112

/** As `retryDelayMs`, and more patient with what this release does not know. */
export function delayAfter(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof NoHandler)) return retryDelayMs(attempt)
  return attempt < NO_HANDLER_TRIES ? LONGEST_RETRY_MS : undefined
}

/** What of a failure is kept beside the event or job: the message and the causes' messages, no stack. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `: ${describeFailure(error.cause)}`
  return `${error.name}: ${error.message}${cause}`
}
