import { query } from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import { NoneChecked } from '@voipbin/contracts/permission'
import { z } from 'zod'
import { defineRoute } from './route.ts'

/** Events as they happen. `?envelope=true` asks for `{ type, data, id, time, … }` instead of the bare resource. */
export const webSocket = defineRoute(
  {
    summary: 'A WebSocket for events as they happen',
    admits: { permission: NoneChecked, identity: ['agent', 'accesskey', 'direct'] },
    // What a socket may hear is judged by topic; a delegate hears nothing.
    authorise({ actor }) {
      if (actor.kind === 'delegate') throw new ServiceError('PERMISSION_DENIED', 'PERMISSION_DENIED', 'A delegate hears no events')
    },
    method: query(z.object({ envelope: z.string().default('') }), z.object({})),
    answer: 'websocket',
  },
  ({ sockets, upgrades }) =>
    async ({ request, reply, input, caller, presented }) => {
      const upgrade = upgrades.of(request.raw)
      if (!upgrade) throw new TypeError('A WebSocket handshake that is no upgrade')
      sockets.checkRoom(caller)
      if (upgrade.socket.destroyed) return undefined
      reply.hijack()
      const wantsEnvelope = input.envelope === 'true'
      await sockets.open({ request: request.raw, requestId: request.id, upgrade, caller, presented, wantsEnvelope })
      return undefined
    },
)
