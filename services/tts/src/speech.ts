import { createHash } from 'node:crypto'
import type { MethodInput } from '@voipbin/contracts/contract'
import type { TtsContract } from '@voipbin/contracts/tts'
import type { Gender, SpeechDriver } from '@voipbin/speech'

export type SpeechWish = MethodInput<TtsContract, 'makeSpeech'>

/** What is said in which voice, with the blanks filled in. */
export type Saying = {
  readonly customer_id: string
  readonly text: string
  readonly language: string
  readonly gender: Gender
  readonly voiceId: string
}

const DEFAULT_LANGUAGE = 'en-US'

export function sayingOf({ customer_id, text, language, gender, voice_id }: SpeechWish): Saying {
  return { customer_id, text, language: language.trim() || DEFAULT_LANGUAGE, gender: genderOf(gender), voiceId: voice_id.trim() }
}

function genderOf(written: string): Gender {
  const gender = written.trim().toLowerCase()
  return gender === 'male' || gender === 'neutral' ? gender : 'female'
}

/** Letters or digits in any script: without one there is nothing to say. */
export const hasWords = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)

/** That of the customer's choice, which only the vendor knows whom it was meant for. */
export const voiceOf = (driver: SpeechDriver, saying: Saying): string => saying.voiceId || driver.voiceFor(saying)

/** Names a sound by all that it depends on, its customer included: what one has said is nobody else's, and goes with it. */
export function speechKey(driver: string, voice: string, { customer_id, language, gender, text }: Saying): string {
  return createHash('sha256')
    .update(JSON.stringify([1, customer_id, driver, voice, language, gender, text]))
    .digest('hex')
}
