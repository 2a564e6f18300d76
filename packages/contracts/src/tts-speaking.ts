import { z } from 'zod'
import type { ApiTable } from './api.ts'
import { commandOnce, event, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { id, internal } from './fields.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from './page.ts'
import { AdminOrManager } from './permission.ts'

export const MAX_SAID = 5000

/** Speech that goes into a call or room text by text, as it comes, until it is stopped or the call ends. */
export const speaking = entity(
  'speaking',
  {
    reference_type: z.enum(['call', 'confbridge']),
    reference_id: id(),
    language: z.string().max(32),
    provider: z.string().max(32),
    voice_id: z.string().max(128),
    direction: z.enum(['', 'in', 'out', 'both']).describe('Who hears it: out or empty the party of the call, in those whom it talks to'),
    status: z.enum(['initiating', 'active', 'stopped']),
    /** Where its stream is. The stream is called as the speaking is. */
    node_id: internal(z.string().max(64)),
    epoch: internal(id()),
    /** Of the call's leg; of a room its own id. */
    subject_id: internal(id()),
    /** Texts that it was given. */
    said_count: internal(z.int().nonnegative()),
    /** As its stream counts them. */
    flush_count: internal(z.int().nonnegative()),
  },
  { get: 'getSpeaking' },
)
export type Speaking = z.output<typeof speaking>

/** One text that is to be said; gone once it is, or was flushed, its text with it. */
export const spokenMessage = entity(
  'spoken_message',
  {
    speaking_id: id(),
    /** Counts those of a speaking. */
    number: z.int().positive(),
    status: z.enum(['initiated', 'queued', 'playing', 'finished', 'flushed']),
    text: z.string().max(MAX_SAID),
  },
  { get: 'getSpokenMessage' },
)
export type SpokenMessage = z.output<typeof spokenMessage>

/** In order with what else is told of the speaking. */
const ofSpeaking = event(spokenMessage, { order_key: 'speaking_id' })

export const speakingEvents = {
  ...{ speaking_created: speaking, speaking_updated: speaking, speaking_deleted: speaking, speaking_started: speaking },
  ...{ speaking_stopped: speaking, message_initiated: ofSpeaking, message_play_started: ofSpeaking },
  ...{ message_queued: ofSpeaking, message_play_finished: ofSpeaking, message_deleted: ofSpeaking },
}

const wanted = z.object({
  reference_type: speaking.shape.reference_type,
  reference_id: speaking.shape.reference_id,
  language: speaking.shape.language.default(''),
  provider: speaking.shape.provider.default(''),
  voice_id: speaking.shape.voice_id.default(''),
  direction: speaking.shape.direction.default(''),
})

export const speakingMethods = {
  listSpeakings: query(pageOfCustomer, pageOf(speaking)),
  getSpeaking: query(byId, speaking),
  getSpokenMessage: query(byId, spokenMessage),
  /** @throws what `checkSpeech` finds, INVALID_ARGUMENT of a reference that is not there, CALL_NOT_PROGRESSING, SPEAKING_ACTIVE: one at a time in a call */
  createSpeaking: commandOnce(ofCustomer(wanted), speaking),
  /** Behind what it was given before. @throws SPEAKING_STOPPED, SPEAKING_QUEUE_FULL */
  saySpeaking: mutation(byId.extend({ text: z.string().min(1).max(MAX_SAID) }), speaking),
  /** Drops what is being said and what is queued. @throws SPEAKING_STOPPED */
  flushSpeaking: mutation(byId, speaking),
  /** One that has stopped stays so. */
  stopSpeaking: mutation(byId, speaking),
  /** One that has not stopped is stopped first. */
  deleteSpeaking: mutation(byId, speaking),
}

const owned = { id: 'speaking' } as const

export const speakingApi = {
  'GET /speakings': { method: 'listSpeakings', permission: AdminOrManager, page: { default: 100, max: 100 } },
  'POST /speakings': { method: 'createSpeaking', permission: AdminOrManager, status: 201 },
  'GET /speakings/:id': { method: 'getSpeaking', permission: AdminOrManager, owned },
  'DELETE /speakings/:id': { method: 'deleteSpeaking', permission: AdminOrManager, owned },
  'POST /speakings/:id/say': { method: 'saySpeaking', permission: AdminOrManager, owned },
  'POST /speakings/:id/flush': { method: 'flushSpeaking', permission: AdminOrManager, owned },
  'POST /speakings/:id/stop': { method: 'stopSpeaking', permission: AdminOrManager, owned },
} as const satisfies ApiTable<keyof typeof speakingMethods>
