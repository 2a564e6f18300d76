import type { Clock, Logger } from '@voipbin/service-kit'
import type { Target } from '@voipbin/sip'
import { SWITCH_CONGESTION } from '../channel/causes.ts'
import type { Channel } from '../channel/channel.ts'
import { gone, ok, outgoingChannel, refused } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import { type ConnectInside, insideNumber } from '../inside/connect-inside.ts'
import { codecsNamed } from '../media/leg-codecs.ts'
import type { Bridges } from '../node/bridges.ts'
import type { ChannelMaker } from '../node/make-channel.ts'
import { ruleAgainst } from '../sip/invite.ts'
import { OutboundCall } from '../sip/outbound-call.ts'
import type { Reach } from '../sip/reach.ts'
import type { SipEndpoint } from '../sip/sip-endpoint.ts'
import type { Asked, Command } from './command.ts'

type Parts = {
  readonly channels: Channels
  readonly bridges: Bridges
  readonly makeChannel: ChannelMaker
  readonly endpoint: () => SipEndpoint
  readonly connectInside: ConnectInside
  /** Where the flow of a registration leads; undefined when it is gone. */
  readonly targetOfFlow: (name: string) => Target | undefined
  readonly mayReach: Reach
  readonly clock: Clock
  readonly log: Logger
}

/** A new leg: answered at once, what becomes of it is told by events. */
export const dial =
  (parts: Parts): Command<'dial'> =>
  async ({ epoch: _epoch, ...leg }) => {
    const { channels, bridges, makeChannel, endpoint, clock } = parts
    if (channels.get(leg.id)) return ok
    if (channels.isKnown(leg.id)) return gone
    const flowTarget = leg.flow === '' ? undefined : parts.targetOfFlow(leg.flow)
    const rule = ruleFor(parts, leg) ?? (leg.flow !== '' && !flowTarget ? 'FLOW_GONE' : undefined)
    if (rule !== undefined) return refused(rule)
    const { id, customer_id: customerId, call_id: callId, affinity } = leg
    const named = { id, customerId, affinity, ...(callId !== undefined && { callId }) }
    const isInside = insideNumber(leg.destination) !== undefined
    const made = { ...named, codecs: codecsNamed(leg.codecs), state: outgoingChannel, createdAt: clock.time(), isInside }
    const { channel, owner } = makeChannel(made)
    channels.add(channel)
    limitRinging(channel, clock, leg.timeout_ms)
    if (leg.early_bridge_id !== null) joinEarly(channel, bridges, leg.early_bridge_id)
    if (isInside) {
      void parts.connectInside({ channel, owner, leg })
      return ok
    }
    const sip = endpoint()
    const call = new OutboundCall({
      ...{ parts: sip.parts, leg, media: channel.media, owner, flowTarget, mayReach: parts.mayReach },
      localAddressTowards: (target) => sip.localAddressTowards(target),
    })
    channel.leg = call
    void begin(channel, call, parts.log)
    return ok
  }

function ruleFor({ channels }: Parts, leg: Omit<Asked<'dial'>, 'epoch'>): string | undefined {
  if (!channels.hasRoom) return channels.isDraining ? 'NODE_DRAINING' : 'NODE_FULL'
  if (leg.codecs.length > 0 && codecsNamed(leg.codecs).length === 0) return 'CODECS_UNKNOWN'
  return insideNumber(leg.destination) === undefined ? ruleAgainst(leg) : undefined
}

async function begin(channel: Channel, call: OutboundCall, log: Logger): Promise<void> {
  try {
    await call.start()
  } catch (error) {
    log.error('a leg could not be dialled', { channel_id: channel.id, sip_call_id: call.sipCallId, error })
    channel.apply({ kind: 'failed', by: 'node', cause: SWITCH_CONGESTION, text: 'no port for media' })
  }
}

function limitRinging(channel: Channel, clock: Clock, timeoutMs: number): void {
  const stop = clock.after(timeoutMs, () => void channel.apply({ kind: 'dialTimeout' }))
  channel.onChange(({ state }) => {
    if (state.phase === 'answered') stop()
  })
  channel.onEnd(stop)
}

/** Ring-back and announcements of the far end are heard as soon as there are any. */
function joinEarly(channel: Channel, bridges: Bridges, bridgeId: string): void {
  channel.onChange(({ media }) => {
    const bridge = bridges.get(bridgeId)
    if (media.agreed && bridge && channel.wantedBridgeId === undefined) bridges.join(channel, bridge, { mute: 'none', passDigits: true })
  })
}
