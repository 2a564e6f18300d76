import type { Channel, ChannelModel } from 'amqplib'
import { nextPauseMs } from '../pauses.ts'
import type { Connection } from './connection.ts'

/** Access refused, resource locked, other arguments than the existing queue's: trying again changes nothing. */
const REFUSALS: readonly unknown[] = [403, 405, 406]

export type ChannelPlan<C extends Channel> = {
  readonly open: (model: ChannelModel) => Promise<C>
  /** Declares and consumes; runs on every new channel. */
  readonly setUp: (channel: C) => Promise<void>
  /** The channel in use is gone, and with it all that was unacknowledged or unconfirmed on it. */
  readonly onLost?: () => void
  readonly onError?: ((error: unknown) => void) | undefined
}

/**
 * A channel that is opened again whenever it, its queue or its connection goes. Users publish on the plain amqplib
 * channel in `current`: nothing is buffered while it is away.
 */
export class KeptChannel<C extends Channel> {
  /** Settles with the first set-up. @throws the broker's error when it refuses what is declared. */
  readonly ready: Promise<void>
  readonly #connection: Connection
  readonly #plan: ChannelPlan<C>
  readonly #first = Promise.withResolvers<void>()
  readonly #forget: () => void
  #current: C | undefined
  #opening: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #pauseMs = 0
  #wasReady = false
  #isClosed = false

  constructor(connection: Connection, plan: ChannelPlan<C>) {
    this.#connection = connection
    this.#plan = plan
    this.ready = this.#first.promise
    // Not everybody waits for it, and those who do not are told through `onError`.
    this.ready.catch(() => undefined)
    this.#forget = connection.onConnect(() => this.#open())
    this.#open()
  }

  /** The channel, set up; undefined while away. */
  get current(): C | undefined {
    return this.#current
  }

  /** Lets the channel go, and sets up another: for when what it declared has been deleted. */
  renew(): void {
    if (this.#current) void closeChannel(this.#current)
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#opening
    const channel = this.#current
    this.#current = undefined
    if (channel) await closeChannel(channel)
    this.#first.reject(new Error('Channel closed before it was set up'))
  }

  #stop(): void {
    this.#isClosed = true
    clearTimeout(this.#retry)
    this.#forget()
  }

  #open(): void {
    const { model } = this.#connection
    if (!model || this.#opening || this.#current || this.#isClosed) return
    clearTimeout(this.#retry)
    this.#opening = this.#openOn(model).finally(() => {
      this.#opening = undefined
      if (!this.#current) this.#openLater()
    })
  }

  async #openOn(model: ChannelModel): Promise<void> {
    let channel: C | undefined
    try {
      channel = await this.#plan.open(model)
      const isOpen = this.#follow(channel)
      await this.#plan.setUp(channel)
      if (isOpen()) this.#use(channel)
    } catch (error) {
      this.#refuse(error)
      if (channel) await closeChannel(channel)
    }
  }

  #use(channel: C): void {
    this.#current = channel
    this.#pauseMs = 0
    this.#wasReady = true
    this.#first.resolve()
  }

  /** Returns whether the channel is still open. */
  #follow(channel: C): () => boolean {
    let isOpen = true
    channel.on('error', (error: unknown) => this.#plan.onError?.(error))
    channel.once('close', () => {
      isOpen = false
      if (this.#current !== channel) return
      this.#current = undefined
      this.#plan.onLost?.()
      this.#openLater()
    })
    return () => isOpen
  }

  /** What is refused from the start is a mistake of ours; later it is the broker's state, which may change back. */
  #refuse(error: unknown): void {
    if (this.#wasReady || !(error instanceof Error && 'code' in error && REFUSALS.includes(error.code))) return
    this.#stop()
    this.#first.reject(error)
  }

  /** While the connection is away this does nothing; its return opens the channel. */
  #openLater(): void {
    if (this.#isClosed) return
    clearTimeout(this.#retry)
    this.#pauseMs = nextPauseMs(this.#pauseMs)
    this.#retry = setTimeout(() => this.#open(), this.#pauseMs)
  }
}

/** Resolves when the channel is gone, whether the broker agreed or its connection died. */
export async function closeChannel(channel: Channel): Promise<void> {
  const gone = new Promise<void>((resolve) => channel.once('close', () => resolve()))
  await Promise.race([channel.close(), gone]).catch(() => undefined)
}
