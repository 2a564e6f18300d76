import type { Script } from './script/script.ts'
import type { Sound } from './sound/sound.ts'

export type Gender = 'female' | 'male' | 'neutral'
export type SpeechRequest = {
  readonly script: Script
  /** BCP 47: `en-US`. */
  readonly language: string
  /** Of the vendor; empty: one that fits language and gender. */
  readonly voiceId: string
  readonly gender: Gender
  readonly signal: AbortSignal
}

/** Makes speech of text: one vendor, or an engine of our own. */
export type SpeechDriver = {
  readonly name: string
  /** Whether its voices are made for a language; one that is not may still be the last that is left. */
  speaks(language: string): boolean
  /** Whether a voice may be called so; where voices are many, only the vendor knows whether this one is there. */
  hasVoice(voiceId: string): boolean
  /** The voice that a request without one gets, so that what was said with it can be found again. */
  voiceFor(request: Pick<SpeechRequest, 'language' | 'gender'>): string
  /** @throws SpeechFailed */
  speak(request: SpeechRequest): Promise<Sound>
  close(): Promise<void>
}

export type SpeechFailure = 'REFUSED' | 'UNREACHABLE' | 'TIMEOUT' | 'NOTHING_TO_SAY' | 'BAD_ANSWER' | 'ABORTED'

/** A driver could not. Its text never has a key in it. */
export class SpeechFailed extends Error {
  override readonly name = 'SpeechFailed'
  readonly reason: SpeechFailure
  constructor(reason: SpeechFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** `en` of `en-US`. */
export const baseLanguage = (language: string): string => language.split(/[-_]/)[0]?.toLowerCase() ?? ''
