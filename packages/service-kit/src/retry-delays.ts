/** Seconds before each further try of an event or job that failed; after the last it is dead. */
const RETRY_SECONDS = [1, 2, 4, 8, 16, 32]

/** @param attempt how often it has failed before this failure. @returns undefined: give up */
export function retryDelayMs(attempt: number): number | undefined {
  const seconds = RETRY_SECONDS[attempt]
  return seconds === undefined ? undefined : seconds * 1000
}

export const LONGEST_RETRY_MS = 32_000

/** What of a failure is kept beside the event or job: the message and the causes' messages, no stack. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `: ${describeFailure(error.cause)}`
  return `${error.name}: ${error.message}${cause}`
}
