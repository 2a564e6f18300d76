import { ServiceError } from '@voipbin/contracts/errors'
import { speechPort } from '@voipbin/contracts/tts-port'
import type { Clients } from '@voipbin/service-kit'
import { isLive } from '../call.ts'
import { channel } from '../call-action.ts'
import type { Command } from '../nodes.ts'
import { calls } from '../store/calls.ts'
import { speak } from '../work.ts'

export function speakHandler(client: Clients, command: Command) {
  const speech = client(speechPort)
  return speak.outside(async (ctx, { call_id, playback_id, ...said }) => {
    const call = await calls.find(ctx.read(), call_id)
    if (!call || !isLive(call)) return
    const { customer_id } = call
    try {
      const { url } = await speech.makeSpeech({ customer_id, ...said })
      await command(call, { method: 'play', input: { id: playback_id, subject: channel(call_id), media: [{ url }] } })
    } catch (error) {
      // A text that no voice can say now is not worth saying a minute later.
      if (!(error instanceof ServiceError && error.reason === 'SPEECH_UNAVAILABLE')) throw error
      ctx.log.warn('a text could not be said', { call_id, customer_id, error })
    }
  })
}
