import type { Bus, EventHandler, ReplyEnvelope, RequestEnvelope } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Fault, Order } from './faults.ts'

export type FaultyBus = { readonly bus: Bus; obey(order: Order): void }

/** Tells a relay that there is something to fetch; not a fact, so it means nothing twice. */
const NUDGE = 'kernel_nudge'

type State = { fault: Fault | undefined; duplicate: boolean; isDeaf: boolean }

type Options = {
  /** Only mutations may come twice: commands are acknowledged before they run. */
  readonly isMutation: (request: RequestEnvelope) => boolean
  /** Told when a repeated request was answered otherwise than the first. */
  readonly onDiffering: (request: RequestEnvelope, replies: readonly ReplyEnvelope[]) => void
}

/** The bus of the product, with the accidents that real ones have at the points where they hurt. What passes through is otherwise untouched. */
export function makeFaulty(bus: Bus, { isMutation, onDiffering }: Options): FaultyBus {
  const state: State = { fault: undefined, duplicate: false, isDeaf: false }

  async function publish(events: readonly EventEnvelope[]): Promise<void> {
    const { fault } = state
    const strikes = fault?.at === 'publish' && events.some((event) => event.type === fault.type)
    if (strikes && fault.when === 'before') die()
    await bus.publish(events)
    if (strikes) die()
    const facts = events.filter((event) => event.type !== NUDGE)
    if (state.duplicate && facts.length > 0) await bus.publish(facts.flatMap((event) => [event, event]))
  }

  async function request(envelope: RequestEnvelope): Promise<ReplyEnvelope> {
    const { fault } = state
    const strikes = fault?.at === 'request' && envelope.method === fault.method
    if (strikes && fault.when === 'before') die()
    const reply = state.duplicate && isMutation(envelope) ? await requestTwice(envelope) : await bus.request(envelope)
    if (strikes) die()
    return reply
  }

  /** At once, as when a broker gives a request to a second instance while the first still works on it. */
  async function requestTwice(envelope: RequestEnvelope): Promise<ReplyEnvelope> {
    const [first, second] = await Promise.all([bus.request(envelope), bus.request(envelope)])
    if (JSON.stringify(first) !== JSON.stringify(second)) onDiffering(envelope, [first, second])
    return first
  }

  const twice =
    (handler: EventHandler): EventHandler =>
    async (events, partition) => {
      await handler(events, partition)
      if (state.duplicate) await handler(events, partition)
    }

  return {
    bus: {
      ...bus,
      publish,
      request,
      subscribe: (service, topics, handler) => bus.subscribe(service, topics, twice(handler)),
      watch: (topics, handler) => bus.watch(topics, (event) => (state.isDeaf ? undefined : handler(event))),
    },
    obey(order) {
      if ('arm' in order) state.fault = order.arm ?? undefined
      else if ('deafen' in order) state.isDeaf = order.deafen
      else state.duplicate = order.duplicate
    },
  }
}

/** The kernel of the operating system ends us before the next statement. */
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('SIGKILL did not end this process')
}
