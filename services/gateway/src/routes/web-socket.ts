import { ServiceError } from '@voipbin/contracts/errors'
import type { AdmissionRules } from '../admission/admit.ts'
import { checkHandshake } from '../answers/websocket.ts'
import { presentedBy } from '../identity/presented.ts'
import type { Route } from './route.ts'

/** What a socket may hear is judged by topic; a delegate hears nothing. */
const rules: AdmissionRules = {
  tier: 'V1',
  readsCredential: true,
  allowsStrangers: false,
  isCounted: true,
  authorise({ actor }) {
    if (actor.kind === 'delegate') throw new ServiceError('PERMISSION_DENIED', 'PERMISSION_DENIED', 'A delegate hears no events')
  },
}

/** Events as they happen. `?envelope=true` asks for `{ type, data, id, time, … }` instead of the bare resource. */
export const webSocket: Route =
  ({ admit, sockets, upgrades }) =>
  async ({ request, reply }) => {
    const query = request.query as Readonly<Record<string, unknown>>
    const presented = presentedBy(request.headers, query)
    const caller = await admit(rules, { address: request.exchange.address, presented, requestId: request.id })
    request.exchange.caller = caller
    checkHandshake(request.raw)
    const upgrade = upgrades.of(request.raw)
    if (!upgrade) throw new TypeError('A WebSocket handshake that is no upgrade')
    sockets.checkRoom(caller)
    if (upgrade.socket.destroyed) return undefined
    reply.hijack()
    const wantsEnvelope = query['envelope'] === 'true'
    await sockets.open({ request: request.raw, requestId: request.id, upgrade, caller, presented, wantsEnvelope })
    return undefined
  }
