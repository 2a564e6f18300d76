import { NIL_ID } from '@voipbin/contracts/fields'
import type { Channel } from '../channel/channel.ts'
import { incomingChannel } from '../channel/channel-state.ts'
import { type IncomingParts, offer } from '../node/incoming.ts'
import type { SipLeg } from '../sip/invite.ts'
import type { Offered } from '../sip/offered.ts'
import type { SessionOwner } from '../sip/session-port.ts'
import { InsideLeg } from './inside-leg.ts'

export type Caller = { readonly channel: Channel; readonly owner: SessionOwner; readonly leg: SipLeg }
/** Has a number of this platform called. Resolves once `call` has been asked what becomes of it. */
export type ConnectInside = (caller: Caller) => Promise<void>

const TEL = /^tel:(\+?[0-9]{3,20})$/
/** The number that is meant, of a destination without a host: this platform's. */
export const insideNumber = (destination: string): string | undefined => TEL.exec(destination)?.[1]

const NO_ROOM = { kind: 'unreachable', status: 503, text: 'the node is full' } as const

/** The callee's channel is offered to `call` as one from outside is, by nobody who is known. */
export function createConnectInside(parts: IncomingParts): ConnectInside {
  const { channels, makeChannel, newId, clock, node } = parts
  return async ({ channel: caller, owner, leg }) => {
    const sipCallId = `${leg.id}@inside`
    const callerLeg = new InsideLeg({ sipCallId, media: caller.media, owner })
    caller.leg = callerLeg
    if ((await caller.makeReady()).result !== 'ok') return
    if (!channels.hasRoom) {
      parts.refusedByLoad()
      owner.observe(NO_ROOM)
      return
    }
    const given = { customerId: leg.customer_id, affinity: NIL_ID, codecs: [], isInside: true }
    const made = makeChannel({ ...given, id: newId(), state: incomingChannel, createdAt: clock.time() })
    const calleeLeg = new InsideLeg({ sipCallId, media: made.channel.media, owner: made.owner })
    made.channel.leg = calleeLeg
    callerLeg.meet(calleeLeg)
    calleeLeg.meet(callerLeg, caller.media.offer())
    channels.add(made.channel)
    made.channel.settled = offer(
      parts,
      made.channel,
      offeredBy(leg, { node_id: node.id, epoch: node.epoch, id: made.channel.id, sip_call_id: sipCallId }),
    )
    await made.channel.settled
  }
}

function offeredBy(leg: SipLeg, where: Pick<Offered, 'node_id' | 'epoch' | 'id' | 'sip_call_id'>): Offered {
  const { from, from_domain, headers, via = [] } = leg
  return {
    ...where,
    ...{ customer_id: leg.customer_id, identified_by: 'none', identity_id: NIL_ID, asserted_identity: '', diversion: '' },
    ...{ destination_user: insideNumber(leg.destination) ?? '', destination_host: '', from_user: from.user, from_name: from.display_name },
    ...{ from_host: from_domain, is_anonymous: from.is_anonymous, source: 'inside', transport: 'inside', headers, has_offer: true, via },
  }
}
