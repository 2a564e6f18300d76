import { ServiceError } from '@voipbin/contracts/errors'
import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import type { Speakers } from '@voipbin/speech'
import type { FindPlace } from '../reference.ts'
import { speakings, takeReference } from '../store/speakings.ts'
import { saySpoken } from '../work.ts'

/** It can be given texts at once; it is active once its stream is there. */
export const createSpeaking =
  (speakers: Speakers, findPlace: FindPlace): Answer<TtsContract, 'createSpeaking'> =>
  async (ctx, wanted) => {
    const { provider, language, voice_id: voiceId, reference_type, reference_id } = wanted
    const problem = speakers.problemOf({ provider, language, voiceId })
    if (problem) {
      const { field, reason, rule } = problem
      throw new ServiceError('INVALID_ARGUMENT', reason, `Cannot speak: ${rule}`, { details: [{ field, rule }] })
    }
    const place = await findPlace(wanted)
    return ctx.transaction(async (tx) => {
      const id = tx.newId()
      if (!(await takeReference(tx, reference_id, id)))
        throw new ServiceError(
          'FAILED_PRECONDITION',
          'SPEAKING_ACTIVE',
          `Cannot speak in ${reference_type} "${reference_id}": somebody does`,
        )
      tx.schedule(saySpoken, id, tx.now, { speaking_id: id })
      return speakings.insert(tx, 'speaking_created', { ...wanted, ...place, id, status: 'initiating', said_count: 0, flush_count: 0 })
    })
  }
