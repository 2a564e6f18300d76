import { z } from 'zod'
import type { ApiTable } from './api.ts'
import { call, confbridge, recording } from './call-entities.ts'
import { event, mutation, query } from './contract.ts'
import { id, ref } from './fields.ts'
import { byId, pageOf, pageOfCustomer } from './page.ts'
import { AdminOrManager } from './permission.ts'

/** Told in order with what else is told of its call. */
const ofCall = { order_key: 'reference_id' }
const told = event(recording, { ...ofCall, public: true })
const kept = event(recording, ofCall)

export const recordingEvents = { recording_started: told, recording_finished: told, recording_updated: kept, recording_deleted: kept }

const seconds = z.int().min(0).max(86_400)
const wanted = z.object({
  format: recording.shape.format.default('wav'),
  end_of_silence: seconds.default(0).describe('Seconds of silence that end it; 0: none does'),
  end_of_key: z.enum(['', 'none', 'any', '*', '#']).default('').describe('The key that ends it; empty or none: no key does'),
  duration: seconds.default(0).describe('Seconds that it takes at most; 0: no limit'),
  on_end_flow_id: ref('flow').default('').describe('Runs when it has ended'),
})

export const recordingMethods = {
  /** @throws CALL_NOT_PROGRESSING, RECORDING_ACTIVE */
  startCallRecording: mutation(byId.extend(wanted.shape), call),
  /** @throws RECORDING_NOT_ACTIVE */
  stopCallRecording: mutation(byId, call),
  /**
   * Of `conference`: all that is said in a room, mixed. It goes on when calls come and go, and ends with the room at the latest.
   * @throws CONFBRIDGE_NOT_PROGRESSING, RECORDING_ACTIVE
   */
  startConfbridgeRecording: mutation(byId.extend(wanted.shape), confbridge),
  /** @throws RECORDING_NOT_ACTIVE */
  stopConfbridgeRecording: mutation(byId, confbridge),
  listRecordings: query(pageOfCustomer.extend({ reference_id: id().optional() }), pageOf(recording)),
  getRecording: query(byId, recording),
  /** One that is under way is stopped first. */
  deleteRecording: mutation(byId, recording),
}

export const recordingApi = {
  'POST /calls/:id/recording_start': { method: 'startCallRecording', permission: AdminOrManager, owned: { id: 'call' } },
  'POST /calls/:id/recording_stop': { method: 'stopCallRecording', permission: AdminOrManager, owned: { id: 'call' } },
  'GET /recordings': { method: 'listRecordings', permission: AdminOrManager, page: { default: 100, max: 100 } },
  'GET /recordings/:id': { method: 'getRecording', permission: AdminOrManager, owned: { id: 'recording' } },
  'DELETE /recordings/:id': { method: 'deleteRecording', permission: AdminOrManager, owned: { id: 'recording' } },
} as const satisfies ApiTable<keyof typeof recordingMethods>
