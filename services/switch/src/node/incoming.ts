import { NIL_ID } from '@voipbin/contracts/fields'
import type { offerContract } from '@voipbin/contracts/switch-ports'
import type { Client, Clock, Logger, NodeIdentity } from '@voipbin/service-kit'
import { callIdOf, createResponse, type ServerTransaction, type SipRequest } from '@voipbin/sip'
import type { Admitted } from '../admission/admission.ts'
import { TEMPORARY_FAILURE } from '../channel/causes.ts'
import type { Channel } from '../channel/channel.ts'
import { incomingChannel } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import { retryAfter, warn } from '../sip/capabilities.ts'
import { InboundCall } from '../sip/inbound-call.ts'
import { type Offered, offeredOf } from '../sip/offered.ts'
import type { SipEndpoint } from '../sip/sip-endpoint.ts'
import { targetOfFlow } from '../sip/targets.ts'
import type { ChannelMaker } from './make-channel.ts'

export type IncomingParts = {
  readonly node: NodeIdentity
  readonly clock: Clock
  readonly log: Logger
  readonly newId: () => string
  readonly call: Client<typeof offerContract>
  readonly channels: Channels
  readonly makeChannel: ChannelMaker
  readonly endpoint: () => SipEndpoint
  readonly refusedByLoad: () => void
}

/** How long `call` may take; a caller waits no longer for silence. */
const OFFER_TIMEOUT_MS = 3_000
/** What callers are told to wait when this node, or `call`, cannot take them. */
const RETRY_AFTER_S = 5

/** Takes in an INVITE: its offer is judged, a channel made, and `call` asked what becomes of it. */
export function createIncoming(parts: IncomingParts) {
  return (request: SipRequest, transaction: ServerTransaction, admitted: Admitted): void => {
    const { channels, newId, endpoint, clock } = parts
    const toTag = newId()
    if (!channels.hasRoom) {
      parts.refusedByLoad()
      const { remote, protocol } = transaction.flow
      const where = { source: `${protocol.toLowerCase()}:${remote.host}:${remote.port}`, sip_call_id: callIdOf(request) }
      parts.log.info('SIP request refused', { rule: channels.isDraining ? 'node_draining' : 'node_full', method: 'INVITE', ...where })
      transaction.respond(retryAfter(createResponse(request, 503, { toTag }), RETRY_AFTER_S))
      return
    }
    const sip = endpoint()
    const { channel, owner } = parts.makeChannel({
      ...{ id: newId(), customerId: admitted.customer_id, affinity: NIL_ID, state: incomingChannel, codecs: [], createdAt: clock.time() },
    })
    const judged = request.body.length > 0 ? channel.media.judgeOffer(request.body) : { kind: 'agreed' as const }
    if (judged.kind === 'refused') {
      transaction.respond(warn(createResponse(request, 488, { toTag }), judged.refusal))
      return
    }
    const localAddress = sip.localAddressTowards(targetOfFlow(transaction.flow))
    channel.leg = new InboundCall({ parts: sip.parts, request, transaction, media: channel.media, owner, localAddress })
    channels.add(channel)
    const { remote, protocol } = transaction.flow
    const { id: node_id, epoch } = parts.node
    const where = { node_id, epoch, id: channel.id, source: `${remote.host}:${remote.port}`, transport: protocol }
    channel.settled = offer(parts, channel, offeredOf(request, admitted, where))
  }
}

/** Asks `call` what becomes of a channel, and has that happen. */
export async function offer(parts: IncomingParts, channel: Channel, offered: Offered): Promise<void> {
  const { clock, call, log, channels } = parts
  let stop = () => {}
  channels.pendingOffers++
  const tooLate = new Promise<never>((_, reject) => {
    stop = clock.after(OFFER_TIMEOUT_MS, () => reject(new Error('No decision in time')))
  })
  try {
    const answer = await Promise.race([call.offerCall(offered, { timeoutMs: OFFER_TIMEOUT_MS }), tooLate])
    if (answer.decision === 'take') {
      channel.customerId = answer.customer_id
      channel.affinity = answer.affinity
      channel.apply({ kind: 'take' })
    } else {
      const { cause, sip_status: sipStatus, retry_after_s: retryAfterS } = answer
      channel.apply({
        kind: 'reject',
        cause,
        ...(sipStatus !== undefined && { sipStatus }),
        ...(retryAfterS !== undefined && { retryAfterS }),
      })
    }
  } catch (error) {
    log.warn('an INVITE was not decided on', { channel_id: channel.id, sip_call_id: offered.sip_call_id, error })
    // Told, unlike a rejection: `call` may have taken it, and its answer came too late.
    channel.apply({ kind: 'failed', by: 'node', cause: TEMPORARY_FAILURE, sipStatus: 503, text: 'no decision', retryAfterS: RETRY_AFTER_S })
  } finally {
    stop()
    channels.pendingOffers--
  }
}
