import { createFakeClock, type FakeClock } from '@voipbin/test-kit'
import { expect } from 'vitest'
import { createScriptedMedia, type ScriptedMedia } from './scripted-media.ts'
import { type OfferAnswer, type Offered, type RunningSwitch, type StartSwitchOptions, startSwitch } from './start-switch.ts'
import { Peer, Wire } from './wire.ts'

export const customer_id = '11111111-1111-4111-8111-111111111111'

/** A switch on a clock that stands still, a network that only remembers, and a media engine without sound. */
export type WiredSwitch = {
  readonly node: RunningSwitch
  readonly wire: Wire
  readonly media: ScriptedMedia
  readonly clock: FakeClock
  /** A caller whose INVITE was offered and taken. */
  call(wish?: Parameters<Peer['invite']>[0]): Promise<{ readonly peer: Peer; readonly id: string }>
  /** A call that is answered and acknowledged. */
  talk(): Promise<{ readonly peer: Peer; readonly id: string }>
  /** A leg to `sip:callee@192.0.2.20`. */
  dial(leg?: Partial<Parameters<RunningSwitch['command']['dial']>[0]>): Promise<string>
  /** Types of events of a channel or other subject. */
  told(subjectId: string): readonly string[]
  /** Payload of its last event. */
  lastOf(subjectId: string): Readonly<Record<string, unknown>>
}

export async function startWired(options: Partial<StartSwitchOptions> = {}): Promise<WiredSwitch> {
  const wire = new Wire()
  const media = createScriptedMedia()
  const clock = createFakeClock()
  const take = ({ id }: Offered): OfferAnswer => ({ decision: 'take', customer_id, affinity: id })
  const node = await startSwitch({ openEngine: () => media, openTransport: wire.open, clock, offerCall: take, ...options })
  const of = (id: string) => node.events.filter(({ data }) => data['subject_id'] === id)
  const wired: WiredSwitch = {
    ...{ node, wire, media, clock },
    async call(wish) {
      const peer = new Peer(wire)
      const before = node.offers.length
      peer.invite(wish)
      await clock.settle()
      expect(node.offers).toHaveLength(before + 1)
      return { peer, id: node.offers.at(-1)?.id ?? '' }
    },
    async talk() {
      const { peer, id } = await wired.call()
      expect(await node.command.answer({ id })).toEqual({ result: 'ok', rule: '' })
      peer.ack()
      await clock.settle()
      return { peer, id }
    },
    async dial(leg) {
      const id = crypto.randomUUID()
      const from = { user: '1000' }
      const asked = { id, customer_id, affinity: id, destination: 'sip:callee@192.0.2.20', from, ...leg }
      expect(await node.command.dial(asked)).toEqual({ result: 'ok', rule: '' })
      await clock.settle()
      return id
    },
    told: (id) => of(id).map(({ type }) => type),
    lastOf: (id) => of(id).at(-1)?.data ?? {},
  }
  return wired
}
