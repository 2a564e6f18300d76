/** A batch that was not taken is offered again after 100 ms, then 200, 400, … up to 2 s. */
const FIRST_MS = 100
const LONGEST_MS = 2000

/** The pause after one of `lastMs`; 0 when the last offer was taken. */
export function nextPauseMs(lastMs: number): number {
  return lastMs === 0 ? FIRST_MS : Math.min(lastMs * 2, LONGEST_MS)
}

/** A timer cannot count further (2³¹ − 1 ms, 24 days); beyond, it would fire at once. */
export const LONGEST_TIMER_MS = 2_147_483_647
