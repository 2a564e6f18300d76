import { z } from 'zod'
import { defineContract, query } from './contract.ts'
import { speechPort } from './tts-port.ts'

export const ttsContract = defineContract({
  service: 'tts',
  events: {},
  methods: {
    ...speechPort.methods,
    /**
     * Whether somebody who speaks may be named so, before anything is saved or a call is answered.
     * @throws SPEECH_PROVIDER_UNKNOWN, SPEECH_PROVIDER_NOT_CONFIGURED
     */
    checkSpeech: query(z.object({ provider: z.string().max(32) }), z.object({ providers: z.array(z.string()) })),
  },
  api: {},
})
export type TtsContract = typeof ttsContract
