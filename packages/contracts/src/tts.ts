import { defineContract } from './contract.ts'
import { speechPort } from './tts-port.ts'

export const ttsContract = defineContract({
  service: 'tts',
  events: {},
  methods: { ...speechPort.methods },
  api: {},
})
export type TtsContract = typeof ttsContract
