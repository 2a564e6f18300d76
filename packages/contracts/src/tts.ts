import { defineContract } from './contract.ts'
import { speechPort } from './tts-port.ts'
import { speakingApi, speakingEvents, speakingMethods } from './tts-speaking.ts'

export const ttsContract = defineContract({
  service: 'tts',
  events: { ...speakingEvents },
  methods: { ...speechPort.methods, ...speakingMethods },
  api: { ...speakingApi },
})
export type TtsContract = typeof ttsContract
