import { z } from 'zod'
import { command, defineContract, query } from './contract.ts'
import { id } from './fields.ts'

const voiced = z.object({
  language: z.string().max(32).default(''),
  provider: z.string().max(32).default(''),
  voice_id: z.string().max(128).default(''),
})
const problem = z.object({
  /** Of the list that was asked about. */
  index: z.int().nonnegative(),
  field: z.enum(['provider', 'language', 'voice_id']),
  /** SPEECH_PROVIDER_UNKNOWN, SPEECH_PROVIDER_NOT_CONFIGURED, SPEECH_LANGUAGE_UNKNOWN or SPEECH_VOICE_UNKNOWN. */
  reason: z.string(),
  rule: z.string(),
})

/** What `call` and `flow` ask of `tts`, whose own contract has these methods among others. */
export const speechPort = defineContract({
  service: 'tts',
  events: {},
  methods: {
    /** A WAV of a text or SSML; the same text, language and voice is made once. @throws SPEECH_UNAVAILABLE where no driver could */
    makeSpeech: command(
      z.object({
        customer_id: id(),
        ...voiced.shape,
        text: z.string().min(1).max(10_000),
        gender: z.string().max(16).default(''),
      }),
      z.object({ url: z.string(), duration_ms: z.int().nonnegative() }),
    ),
    /** What of these could never be spoken here, one problem each: asked before anything is saved, and never in the middle of a call. */
    checkSpeech: query(
      z.object({ speeches: z.array(voiced).max(1000) }),
      z.object({ providers: z.array(z.string()), problems: z.array(problem) }),
    ),
  },
  api: {},
})
