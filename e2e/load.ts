import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from '@voipbin/contracts/page'
import type { Tag } from '@voipbin/contracts/tag'
import { attempt } from './http.ts'
import type { Journal, Kept } from './journal.ts'
import { insist, untilAcknowledged } from './operate.ts'
import { accountContract } from './services/account/contract.ts'
import type { World } from './world.ts'

/** Work that goes on while something breaks. */
export type Load = {
  /** Changes acknowledged so far. */
  readonly acknowledged: number
  /** Longest time in which no client got anything done. */
  readonly longestGapMs: number
  /** @throws what a worker was refused */
  check(): void
  /** Lets each worker finish what it has begun. @throws what a worker was refused */
  stop(): Promise<void>
}

/** One round of it; `count` is called at each change that was acknowledged. */
export type Work = (round: number, count: () => void) => Promise<void>

export function startLoad(workers: readonly Work[]): Load {
  let isStopping = false
  let acknowledged = 0
  let longestGapMs = 0
  let lastAt = performance.now()
  const count = () => {
    const now = performance.now()
    longestGapMs = Math.max(longestGapMs, now - lastAt)
    lastAt = now
    acknowledged++
  }
  const run = async (work: Work) => {
    for (let round = 0; !isStopping; round++) await work(round, count)
  }
  let failure: { readonly error: unknown } | undefined
  const running = workers.map((work) =>
    run(work).catch((error: unknown) => {
      failure ??= { error }
    }),
  )
  const check = () => {
    if (failure) throw failure.error
  }
  return {
    get acknowledged() {
      return acknowledged
    },
    get longestGapMs() {
      return longestGapMs
    },
    check,
    async stop() {
      isStopping = true
      await Promise.all(running)
      check()
    },
  }
}

export const CUSTOMER_ID = '00000000-0000-0000-0000-000000000100'
/** Between two changes of a worker: the load should press, not fill both cores of a small machine. */
const BREATH_MS = 10

/** Opens an account and puts it through every kind of change. */
export const accountWork =
  (world: World, journal: Journal): Work =>
  async (round, count) => {
    const change = async (method: 'changeAccount' | 'closeAccount' | 'transfer' | 'remind', input: object) => {
      await pause(BREATH_MS)
      await insist(world, accountContract, method, { id: kept.id, ...input } as never)
      kept.version++
      count()
    }
    const { id } = await insist(world, accountContract, 'openAccount', { customer_id: CUSTOMER_ID, name: 'new' })
    const kept = keep(journal, 'account_accounts', id)
    count()
    for (const name of [`round ${round}`, `round ${round} again`]) {
      await change('changeAccount', { name })
      kept.name = name
    }
    const transfer = { transfer_id: crypto.randomUUID(), amount: 1 + round }
    await change('transfer', transfer)
    journal.transfers.set(transfer.transfer_id, { accountId: id, amount: transfer.amount })
    const reminder = { reminder_id: crypto.randomUUID(), delay_ms: 100 }
    await change('remind', reminder)
    journal.reminders.add(reminder.reminder_id)
    if (round % 2 === 0) {
      await change('closeAccount', {})
      kept.isDeleted = true
    }
  }

/** Tags through the public API. */
export const tagWork =
  (world: World, journal: Journal): Work =>
  async (round, count) => {
    const change = <T>(method: string, path: string, body?: object) =>
      untilAcknowledged<T>(`${method} ${path}`, (key) => attempt(world, { method, path, ...(body === undefined ? {} : { body }) }, key))
    const { id } = await change<Tag>('POST', '/v1.0/tags', { name: 'new', detail: '' })
    const kept = keep(journal, 'tag_tags', id)
    count()
    await pause(BREATH_MS)
    const name = `round ${round}`
    await change('PUT', `/v1.0/tags/${id}`, { name, detail: 'changed' })
    Object.assign(kept, { name, version: 2 })
    count()
    await pause(BREATH_MS)
    await expectListed(world, id)
    if (round % 2 !== 0) return
    await change('DELETE', `/v1.0/tags/${id}`)
    Object.assign(kept, { version: 3, isDeleted: true })
    count()
  }

/** A list may be refused while something breaks; one that is answered has what was acknowledged before. */
async function expectListed(world: World, id: string): Promise<void> {
  const answer = await attempt<Page<Tag>>(world, { method: 'GET', path: '/v1.0/tags?page_size=20' }, '')
  if (!('output' in answer)) return
  if (!answer.output.result.some((tag) => tag.id === id)) throw new Error(`Tag "${id}" was acknowledged and is not among the newest tags`)
}

export function keep(journal: Journal, table: Kept['table'], id: string, name = 'new'): Kept {
  const kept: Kept = { table, id, name, version: 1, isDeleted: false }
  journal.resources.set(id, kept)
  return kept
}
