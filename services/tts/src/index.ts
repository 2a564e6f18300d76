import { openBlobStore } from '@voipbin/blob'
import { customerContract } from '@voipbin/contracts/customer'
import { ttsContract } from '@voipbin/contracts/tts'
import { defineService, on } from '@voipbin/service-kit'
import { openSpeakers } from '@voipbin/speech'
import { ttsConfig } from './config.ts'
import { onCustomerDeleted } from './events/on-customer-deleted.ts'
import { purgeSpeechesHandler, removeBlobHandler, trimSpeechesHandler } from './jobs/trim-speeches.ts'
import { createMakeOnce } from './make-once.ts'
import { checkSpeech } from './methods/check-speech.ts'
import { makeSpeech } from './methods/make-speech.ts'
import { createSpeechMetrics } from './metrics.ts'

export const ttsService = defineService({
  contract: ttsContract,
  config: ttsConfig,
  folder: import.meta,
  start: (kit) => {
    const { config, clock, fetch } = kit
    const speakers = openSpeakers(config.speechOrder.split(','), { settings: config, fetch, now: clock.now, after: clock.after })
    const blobs = openBlobStore(config, kit)
    return {
      methods: {
        makeSpeech: makeSpeech({ speakers, blobs, metrics: createSpeechMetrics(kit.metrics), once: createMakeOnce() }),
        checkSpeech: checkSpeech(speakers),
      },
      events: [on(customerContract, 'customer_deleted', onCustomerDeleted)],
      jobs: [trimSpeechesHandler(config), purgeSpeechesHandler, removeBlobHandler(blobs)],
      listen: async () => ({
        description: `Speech ${speakers.names.join(' ')}`,
        close: async () => void (await Promise.all([speakers.close(), blobs.close()])),
      }),
    }
  },
})
