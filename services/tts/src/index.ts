import { openBlobStore } from '@voipbin/blob'
import { callContract } from '@voipbin/contracts/call'
import { customerContract } from '@voipbin/contracts/customer'
import { switchContract } from '@voipbin/contracts/switch'
import { ttsContract } from '@voipbin/contracts/tts'
import { defineService, on, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { openSpeakers } from '@voipbin/speech'
import { ttsConfig } from './config.ts'
import { onCustomerDeleted } from './events/on-customer-deleted.ts'
import { onReferenceEnded } from './events/on-reference-ended.ts'
import { onStreamEnded, onStreamMark, onStreamStarted } from './events/on-stream.ts'
import { saySpokenHandler } from './jobs/say-spoken.ts'
import { tellStreamHandler } from './jobs/tell-stream.ts'
import { purgeSpeechesHandler, removeBlobHandler, trimSpeechesHandler } from './jobs/trim-speeches.ts'
import { createMakeOnce } from './make-once.ts'
import { checkSpeech } from './methods/check-speech.ts'
import { createSpeaking } from './methods/create-speaking.ts'
import { deleteSpeaking } from './methods/delete-speaking.ts'
import { flushSpeaking } from './methods/flush-speaking.ts'
import { getSpeaking } from './methods/get-speaking.ts'
import { getSpokenMessage } from './methods/get-spoken-message.ts'
import { listSpeakings } from './methods/list-speakings.ts'
import { makeSpeech } from './methods/make-speech.ts'
import { saySpeaking } from './methods/say-speaking.ts'
import { stopSpeaking } from './methods/stop-speaking.ts'
import { createSpeechMetrics } from './metrics.ts'
import { createCommand } from './nodes.ts'
import { createFindPlace } from './reference.ts'
import { speakings } from './store/speakings.ts'
import { spokenMessages } from './store/spoken-messages.ts'

export const ttsService = defineService({
  contract: ttsContract,
  config: ttsConfig,
  folder: import.meta,
  start: (kit) => {
    const { config, clock, client, fetch } = kit
    const command = createCommand(client)
    const speakers = openSpeakers(config.speechOrder.split(','), { settings: config, fetch, now: clock.now, after: clock.after })
    const blobs = openBlobStore(config, kit)
    const make = makeSpeech({ speakers, blobs, metrics: createSpeechMetrics(kit.metrics), once: createMakeOnce() })
    return {
      methods: {
        makeSpeech: make,
        checkSpeech: checkSpeech(speakers),
        createSpeaking: createSpeaking(speakers, createFindPlace(client)),
        ...{ listSpeakings, getSpeaking, getSpokenMessage, saySpeaking, flushSpeaking, stopSpeaking, deleteSpeaking },
      },
      events: [
        on(switchContract, 'stream.started', onStreamStarted),
        on(switchContract, 'stream.mark', onStreamMark),
        on(switchContract, 'stream.ended', onStreamEnded),
        on(callContract, 'call_hangup', onReferenceEnded, { name: 'callEnded' }),
        on(callContract, 'confbridge_terminated', onReferenceEnded, { name: 'roomEnded' }),
        on(customerContract, 'customer_deleted', onCustomerDeleted),
        purgeOnCustomerDeleted(speakings, 'speaking_deleted'),
        purgeOnCustomerDeleted(spokenMessages, 'message_deleted'),
      ],
      jobs: [
        ...[trimSpeechesHandler(config), purgeSpeechesHandler, removeBlobHandler(blobs)],
        ...[saySpokenHandler({ command, make }), tellStreamHandler(command)],
      ],
      listen: async () => ({
        description: `Speech ${speakers.names.join(' ')}`,
        close: async () => void (await Promise.all([speakers.close(), blobs.close()])),
      }),
    }
  },
})
