import { z } from 'zod'
import { call, hangupReasons, muteDirections } from './call-entities.ts'
import { outboundApi, outboundEvents, outboundMethods } from './call-outbound.ts'
import { placingApi, placingEvents, placingMethods } from './call-placing.ts'
import { flowCallPort } from './call-ports.ts'
import { recordingApi, recordingEvents, recordingMethods } from './call-recordings.ts'
import { commandOnce, defineContract, event, mutation, query } from './contract.ts'
import { id } from './fields.ts'
import { byId, pageOf, pageOfCustomer } from './page.ts'
import { AdminOrManager, All, NoneChecked } from './permission.ts'
import { offerContract } from './switch-ports.ts'

const talked = z.object({
  text: z.string().min(1).max(10_000),
  language: z.string().max(32).default(''),
  provider: z.string().max(32).default(''),
  voice_id: z.string().max(128).default(''),
})
const muted = byId.extend({ direction: z.enum(muteDirections).default('both') })

const told = event(call, { public: true, topics: ['agent_id:{owner_id}:call:{id}'] })

export const callContract = defineContract({
  service: 'call',
  events: {
    ...{ call_created: told, call_updated: told, call_deleted: told, call_dialing: told, call_ringing: told },
    ...{ call_progressing: told, call_terminating: told, call_canceling: told, call_hangup: told },
    ...recordingEvents,
    ...outboundEvents,
    ...placingEvents,
  },
  methods: {
    /** Of the switch: a call came in. @see offerContract */
    ...offerContract.methods,
    /** Of the flow service. @see flowCallPort */
    ...flowCallPort.methods,
    listCalls: query(pageOfCustomer.extend({ owner_id: id().optional() }), pageOf(call)),
    getCall: query(byId, call),
    deleteCall: mutation(byId, call),
    hangupCall: mutation(byId.extend({ reason: z.enum(hangupReasons).default('') }), call),
    holdCall: mutation(byId, call),
    unholdCall: mutation(byId, call),
    muteCall: mutation(muted, call),
    unmuteCall: mutation(muted, call),
    playMoh: mutation(byId, call),
    stopMoh: mutation(byId, call),
    playSilence: mutation(byId, call),
    stopSilence: mutation(byId, call),
    /** @throws CALL_NOT_PROGRESSING, and of `checkSpeech` */
    talkOnCall: commandOnce(byId.extend(talked.shape), call),
    ...recordingMethods,
    ...outboundMethods,
    ...placingMethods,
  },
  api: {
    ...placingApi,
    'GET /calls': { method: 'listCalls', permission: AdminOrManager, page: { default: 100, max: 100 } },
    'GET /calls/:id': { method: 'getCall', permission: AdminOrManager, owned: { id: 'call' } },
    'DELETE /calls/:id': { method: 'deleteCall', permission: AdminOrManager, owned: { id: 'call' } },
    'POST /calls/:id/hangup': { method: 'hangupCall', permission: AdminOrManager, owned: { id: 'call' } },
    'POST /calls/:id/hold': { method: 'holdCall', permission: AdminOrManager, owned: { id: 'call' } },
    'DELETE /calls/:id/hold': { method: 'unholdCall', permission: AdminOrManager, owned: { id: 'call' } },
    'POST /calls/:id/mute': { method: 'muteCall', permission: AdminOrManager, owned: { id: 'call' } },
    'DELETE /calls/:id/mute': { method: 'unmuteCall', permission: AdminOrManager, owned: { id: 'call' } },
    'POST /calls/:id/moh': { method: 'playMoh', permission: AdminOrManager, owned: { id: 'call' } },
    'DELETE /calls/:id/moh': { method: 'stopMoh', permission: AdminOrManager, owned: { id: 'call' } },
    'POST /calls/:id/silence': { method: 'playSilence', permission: AdminOrManager, owned: { id: 'call' } },
    'DELETE /calls/:id/silence': { method: 'stopSilence', permission: AdminOrManager, owned: { id: 'call' } },
    'POST /calls/:id/talk': { method: 'talkOnCall', permission: AdminOrManager, owned: { id: 'call' } },
    ...recordingApi,
    ...outboundApi,
    'GET /service_agents/calls': {
      method: 'listCalls',
      permission: All,
      scope: 'agent',
      identity: ['agent'],
      page: { default: 100, max: 100 },
    },
    'GET /service_agents/calls/:id': {
      method: 'getCall',
      permission: NoneChecked,
      scope: 'agent',
      identity: ['agent'],
      owned: { id: 'call' },
    },
  },
})
export type CallContract = typeof callContract
