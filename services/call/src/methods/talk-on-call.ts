import type { CallContract } from '@voipbin/contracts/call'
import { ServiceError } from '@voipbin/contracts/errors'
import { speechPort } from '@voipbin/contracts/tts-port'
import type { Answer, Clients } from '@voipbin/service-kit'
import { refuseUnlessProgressing } from '../call.ts'
import { calls } from '../store/calls.ts'
import { speak } from '../work.ts'

/** Said beside whatever the flow does, which does not wait for it. */
export function talkOnCall(client: Clients): Answer<CallContract, 'talkOnCall'> {
  const speech = client(speechPort)
  return async (ctx, { id, ...said }) => {
    refuseUnlessProgressing(await calls.get(ctx.read(), id), 'talk on')
    const { provider, language, voice_id } = said
    const isPlain = provider === '' && language === '' && voice_id === ''
    const { problems } = isPlain ? { problems: [] } : await speech.checkSpeech({ speeches: [{ provider, language, voice_id }] })
    for (const { field, reason, rule } of problems)
      throw new ServiceError('INVALID_ARGUMENT', reason, `Cannot talk on call "${id}": ${rule}`, { details: [{ field, rule }] })
    return ctx.transaction(async (tx) => {
      const call = await calls.get(tx, id)
      refuseUnlessProgressing(call, 'talk on')
      tx.schedule(speak, tx.newId(), tx.now, { call_id: id, playback_id: tx.newId(), ...said })
      return call
    })
  }
}
