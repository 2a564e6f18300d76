import type { FakeClock } from './fake-clock.ts'
import type { System } from './system.ts'

const STEP_MS = 1100

/**
 * Moves the clock on until no job is due or under way, in any service. Jobs that write files take time that no fake clock
 * holds; timers of later stay.
 */
export async function finishJobs({ platform }: System, clock: FakeClock): Promise<void> {
  const isBusy = async () => {
    const databases = platform.services.flatMap(({ database }) => database ?? [])
    const looks = databases.map(async ({ jobs, engine }) => {
      // In this order: a job that is claimed between the two looks is seen by the second.
      if ((await jobs.due(engine.reader, clock.time(), 1)).length > 0) return true
      return (await jobs.counts(engine.reader)).running > 0
    })
    return (await Promise.all(looks)).some(Boolean)
  }
  do {
    await new Promise((resolve) => setTimeout(resolve, 2))
    await clock.advance(STEP_MS)
  } while (await isBusy())
}
