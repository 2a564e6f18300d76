import type { SpeechDriver } from './speech-driver.ts'

export type Wish = { readonly provider: string; readonly language: string; readonly voiceId: string }
export type Readiness = 'ready' | 'unknown' | 'missing'
export type SpeechProblem = {
  readonly field: 'provider' | 'language' | 'voice_id'
  readonly reason: 'SPEECH_PROVIDER_UNKNOWN' | 'SPEECH_PROVIDER_NOT_CONFIGURED' | 'SPEECH_LANGUAGE_UNKNOWN' | 'SPEECH_VOICE_UNKNOWN'
  readonly rule: string
}
type Known = { readonly names: readonly string[]; readonly readiness: Readiness; readonly first: SpeechDriver | undefined }

/** What of a wish cannot come true here. Who fails in a call is stood in for by others; what is said here could never have worked. */
export function findSpeechProblem({ provider, language, voiceId }: Wish, { names, readiness, first }: Known): SpeechProblem | undefined {
  if (readiness !== 'ready') {
    const rule = `must be one of: ${names.join(', ')}`
    if (readiness === 'unknown')
      return { field: 'provider', reason: 'SPEECH_PROVIDER_UNKNOWN', rule: `there is no provider "${provider}"; ${rule}` }
    return {
      field: 'provider',
      reason: 'SPEECH_PROVIDER_NOT_CONFIGURED',
      rule: `the key of "${provider}" is not set on this platform; ${rule}`,
    }
  }
  if (language !== '' && (!isLanguage(language) || first?.speaks(language) === false))
    return { field: 'language', reason: 'SPEECH_LANGUAGE_UNKNOWN', rule: `"${first?.name}" does not speak "${language}"` }
  if (voiceId !== '' && first?.hasVoice(voiceId) === false)
    return { field: 'voice_id', reason: 'SPEECH_VOICE_UNKNOWN', rule: `"${first?.name}" has no voice "${voiceId}"` }
  return undefined
}

/** BCP 47, as `en-US`; vendors take `en_US` too. */
function isLanguage(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language.replaceAll('_', '-')).length === 1
  } catch {
    return false
  }
}
