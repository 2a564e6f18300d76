import { type Clock, sleep } from './clock.ts'
import type { Logger } from './logger.ts'

/** Something done again and again by one service: at its own pace, or at once when nudged. */
export type Loop = {
  nudge(): void
  /** Resolves when the step in hand has ended and no other will come. */
  close(): Promise<void>
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/**
 * Repeats `step`, which returns after how many milliseconds it wants to look again. A step that throws is logged and
 * tried again after a growing pause: a database or broker that is away must not end the loop.
 */
export function startLoop(clock: Clock, log: Logger, name: string, step: () => Promise<number>): Loop {
  const ending = new AbortController()
  let wake = new AbortController()
  let failures = 0

  async function once(): Promise<number> {
    try {
      const pauseMs = await step()
      failures = 0
      return pauseMs
    } catch (error) {
      failures++
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
      log[failures === 1 ? 'warn' : 'debug'](`${name} failed, trying again`, { error, failures })
      return pauseMs
    }
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      wake = new AbortController()
      const failed = failures
      const pauseMs = await once()
      if (ending.signal.aborted) return
      if (failures > failed) await sleep(clock, pauseMs, ending.signal)
      else if (pauseMs > 0) await sleep(clock, pauseMs, wake.signal)
    }
  }

  const running = run()
  return {
    nudge: () => wake.abort(),
    async close() {
      ending.abort()
      wake.abort()
      await running
    },
  }
}
