import { z } from 'zod'
import { command, defineContract } from './contract.ts'
import { id } from './fields.ts'

/** What `call` asks of `tts`, whose own contract has this method among others. */
export const speechPort = defineContract({
  service: 'tts',
  events: {},
  methods: {
    /** A WAV of a text or SSML; the same text, language and voice is made once. @throws SPEECH_UNAVAILABLE where no driver could */
    makeSpeech: command(
      z.object({
        customer_id: id(),
        text: z.string().min(1).max(10_000),
        language: z.string().max(32).default(''),
        provider: z.string().max(32).default(''),
        voice_id: z.string().max(128).default(''),
        gender: z.string().max(16).default(''),
      }),
      z.object({ url: z.string(), duration_ms: z.int().nonnegative() }),
    ),
  },
  api: {},
})
