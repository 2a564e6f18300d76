import { AsyncLocalStorage } from 'node:async_hooks'
import { BATCH, PARTITIONS, partitionOf, type QueueDepth, type Subscription, type TextHandler, TransportError } from '../bus.ts'
import { subscribeQueue } from '../names.ts'
import { nextPauseMs } from '../pauses.ts'
import type { World } from './world.ts'

type Parcel = { readonly text: string; readonly taken: () => void; readonly lost: (error: unknown) => void }

/** One instance's part in a group. `inHand` settles when the batch of that partition is taken or refused. */
type Member = { readonly handler: TextHandler; readonly inHand: Map<Partition, Promise<unknown>> }

type Partition = {
  readonly index: number
  readonly parcels: Parcel[]
  /** Who claims it; the first works on it, as with a single active consumer. */
  readonly owners: Member[]
  isBusy: boolean
}

/** The subscriptions of one service: they share its events, each partition going to whoever owns it. */
export class EventGroup {
  /** Of all instances that ever joined: like bindings, they are not taken back. */
  readonly topics = new Set<string>()
  readonly #service: string
  readonly #world: World
  readonly #partitions: readonly Partition[]
  readonly #members = new Set<Member>()
  #closed = false

  constructor(service: string, world: World) {
    this.#service = service
    this.#world = world
    this.#partitions = Array.from({ length: PARTITIONS }, (_, index) => ({ index, parcels: [], owners: [], isBusy: false }))
  }

  push(orderKey: string, text: string): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closedError())
    return new Promise((taken, lost) => {
      const partition = this.#partitions[partitionOf(orderKey)]
      partition?.parcels.push({ text, taken, lost })
      this.#wake(partition)
    })
  }

  join(handler: TextHandler): Subscription {
    const inOwnContext = AsyncLocalStorage.snapshot()
    const member: Member = { handler: (texts, partition) => inOwnContext(handler, texts, partition), inHand: new Map() }
    this.#members.add(member)
    return {
      own: (partitions) => this.#own(member, new Set(partitions)),
      close: async () => {
        this.#members.delete(member)
        await this.#own(member, new Set())
      },
    }
  }

  depths(): QueueDepth[] {
    return this.#partitions.map(({ index, parcels }) => ({ queue: subscribeQueue(this.#service, index), messages: parcels.length }))
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#members].map((member) => this.#own(member, new Set())))
    for (const { parcels } of this.#partitions) for (const parcel of parcels.splice(0)) parcel.lost(this.#closedError())
  }

  async #own(member: Member, wanted: ReadonlySet<number>): Promise<void> {
    for (const partition of this.#partitions) {
      const claim = partition.owners.indexOf(member)
      const isWanted = wanted.has(partition.index) && this.#members.has(member)
      if (isWanted && claim < 0) partition.owners.push(member)
      if (!isWanted && claim >= 0) partition.owners.splice(claim, 1)
      this.#wake(partition)
    }
    await Promise.all([...member.inHand].map(([partition, work]) => (wanted.has(partition.index) ? undefined : work)))
  }

  /** Work starts a microtask later, so that what is published in one go is handed over in one batch. */
  #wake(partition: Partition | undefined): void {
    if (!partition || partition.isBusy || !this.#hasWork(partition)) return
    partition.isBusy = true
    queueMicrotask(async () => {
      await this.#drain(partition)
      partition.isBusy = false
      this.#wake(partition)
    })
  }

  #hasWork(partition: Partition): boolean {
    return !this.#closed && partition.parcels.length > 0 && partition.owners.length > 0
  }

  async #drain(partition: Partition): Promise<void> {
    let pauseMs = 0
    let size = BATCH
    while (this.#hasWork(partition)) {
      const [member] = partition.owners
      if (!member) return
      const batch = partition.parcels.slice(0, size)
      const work = this.#offer(partition, member, batch)
      member.inHand.set(partition, work)
      const isTaken = await work
      member.inHand.delete(partition)
      pauseMs = isTaken ? 0 : nextPauseMs(pauseMs)
      // What was refused is offered again as it was, not joined by what came since.
      size = isTaken ? BATCH : batch.length
      if (!isTaken) await new Promise<void>((resolve) => this.#world.after(pauseMs, resolve))
    }
  }

  /** Whether the member took the batch; if not, it stays where it is. */
  async #offer(partition: Partition, member: Member, batch: readonly Parcel[]): Promise<boolean> {
    try {
      const texts = batch.map((parcel) => parcel.text)
      await member.handler(texts, partition.index)
    } catch (error) {
      this.#world.onError?.(error)
      return false
    }
    partition.parcels.splice(0, batch.length)
    for (const parcel of batch) parcel.taken()
    return true
  }

  #closedError(): TransportError {
    return new TransportError('closed', `Events for "${this.#service}" are not taken any more: the bus is closed`)
  }
}
