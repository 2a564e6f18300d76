import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

/** Something done again and again by one service: at its own pace, or at once when nudged. */
export type Loop = {
  /** Asks for a step that starts after this call: at once, or right after the step in hand. */
  nudge(): void
  /** Resolves when the step in hand has ended and no other will come. */
  close(): Promise<void>
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/**
 * Repeats `step`, which returns after how many milliseconds it wants to look again. A step that throws is logged and
 * tried again after a growing pause, which no nudge cuts short: a database or broker that is away must not end the loop.
 */
export function startLoop(clock: Clock, log: Logger, name: string, step: () => Promise<number>): Loop {
  const pause = createPause(clock)
  let failures = 0

  async function once(): Promise<number> {
    try {
      const pauseMs = await step()
      failures = 0
      return pauseMs
    } catch (error) {
      failures++
      log[failures === 1 ? 'warn' : 'debug'](`${name} failed, trying again`, { error, failures })
      return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
    }
  }

  async function run(): Promise<void> {
    while (!pause.isEnded()) {
      pause.forgetNudges()
      const pauseMs = await once()
      await pause.take(pauseMs, { hearsNudges: failures === 0 })
      // With SQLite and the local bus nothing ever waits for the outside: without this turn, sockets and timers would starve.
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }

  const running = run()
  return {
    nudge: pause.nudge,
    async close() {
      pause.end()
      await running
    },
  }
}

/** The rest between two steps. A nudge that came during the step counts as one that comes during the rest. */
function createPause(clock: Clock) {
  let isNudged = false
  let hasEnded = false
  let wake: (() => void) | undefined
  let wakeOnNudge: (() => void) | undefined
  return {
    isEnded: () => hasEnded,
    forgetNudges() {
      isNudged = false
    },
    nudge() {
      isNudged = true
      wakeOnNudge?.()
    },
    end() {
      hasEnded = true
      wake?.()
    },
    async take(ms: number, { hearsNudges }: { hearsNudges: boolean }): Promise<void> {
      if (hasEnded || ms <= 0 || (isNudged && hearsNudges)) return
      await new Promise<void>((resolve) => {
        const cancel = clock.after(ms, () => finish())
        const finish = () => {
          cancel()
          wake = undefined
          wakeOnNudge = undefined
          resolve()
        }
        wake = finish
        wakeOnNudge = hearsNudges ? finish : undefined
      })
    },
  }
}
