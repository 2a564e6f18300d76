import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Entry } from './app-process.ts'
import { expectConsistent } from './checker.ts'
import { createJournal, type Journal } from './journal.ts'
import { accountWork, type Load, startLoad, tagWork } from './load.ts'
import { requireServers } from './servers.ts'
import { restartEnded, startWorld, type World, type WorldKind, type WorldOptions } from './world.ts'

/** What the stories of one file play in: one world, and all that was acknowledged there since it came up. */
export type Scene = {
  readonly world: World
  readonly journal: Journal
  /** Loads that nobody has stopped yet. */
  readonly loads: Set<Load>
}

type SceneOptions = Pick<WorldOptions, 'services' | 'alone' | 'env'>

/**
 * Brings a world up for the tests of this `describe`, and shows the logs of its processes beside a test that fails.
 * @param services where each is a process of its own, only these
 */
export function useScene(kind: WorldKind, entry: Entry, { services, alone, env = {} }: SceneOptions = {}): Scene {
  const journal = createJournal()
  const loads = new Set<Load>()
  let world: World | undefined
  let hasFailed = false
  beforeAll(async () => {
    const only = kind === 'distributed' ? { ...(services && { services }), ...(alone && { alone }) } : {}
    world = await startWorld(kind, { entry, env, ...only, servers: kind === 'distributed' ? requireServers() : undefined })
  })
  afterAll(() => world?.close(hasFailed))
  // A test that ran out of time left its load behind.
  afterEach(async () => {
    for (const load of loads) await load.stop().catch(() => undefined)
    loads.clear()
  })
  beforeEach(({ onTestFailed }) =>
    onTestFailed(() => {
      hasFailed = true
      if (world) printLogs(world)
    }),
  )
  return {
    journal,
    loads,
    get world() {
      if (!world) throw new Error('The world is not up yet')
      return world
    },
  }
}

const LINES_SHOWN = 15

/** The last complaints of each process. */
function printLogs(world: World): void {
  console.log(`All logs are kept in ${world.folder}`)
  for (const process of world.processes) {
    const complaints = process.logs().filter(({ level }) => level === 'warn' || level === 'error')
    if (complaints.length > 0) console.log(`--- ${process.plan.name}, ${complaints.length} complaints`)
    for (const line of complaints.slice(-LINES_SHOWN)) console.log(JSON.stringify(line))
  }
}

const WARM = 15
const AFTERWARDS = 25

/**
 * Lets `story` happen while clients work, sees that they get on afterwards, and compares what they were told with what is stored.
 * @returns for how many milliseconds no client got anything done, at most
 */
export async function underLoad({ world, journal, loads }: Scene, story: (load: Load) => Promise<unknown>): Promise<number> {
  const kinds = world.services.includes('account') ? [accountWork, accountWork, tagWork, tagWork] : [tagWork, tagWork, tagWork]
  const work = kinds.map((make) => make(world, journal))
  const load = startLoad(work)
  loads.add(load)
  const reach = (count: number, what: string) =>
    until(() => {
      load.check()
      return load.acknowledged >= count
    }, what)
  try {
    await reach(WARM, 'the load to get going')
    await story(load)
    await reach(load.acknowledged + AFTERWARDS, 'the load to get on after the story')
  } catch (error) {
    // What ended the story is what matters, not what clients lived through because of it.
    await restartEnded(world)
    throw error
  }
  loads.delete(load)
  await load.stop()
  await expectConsistent(world, journal)
  return load.longestGapMs
}

const POLL_MS = 25

/** @throws Error when it has not come true in time */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string, patienceMs = 60_000): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Waited ${patienceMs} ms in vain for ${what}`)
    await pause(POLL_MS)
  }
}
