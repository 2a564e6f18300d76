import { expect, test } from 'vitest'
import { openSpeakers } from './speakers.ts'

const settings = {
  ...{ googleKey: '', googleUrl: '', awsKeyId: 'id', awsSecret: 'secret', awsRegion: 'us-east-1', awsUrl: '' },
  ...{ elevenlabsKey: '', elevenlabsUrl: '', elevenlabsModel: '', openaiKey: '', openaiUrl: '', openaiModel: '' },
}
const parts = { settings, fetch: globalThis.fetch, now: () => 0, after: () => () => {} }
const speakers = openSpeakers(['gcp', 'aws', 'flite'], parts)
const problem = (provider: string, language = '', voiceId = '') => {
  const found = speakers.problemOf({ provider, language, voiceId })
  return found ? `${found.field} ${found.reason}` : 'none'
}

test.each([
  ['', '', '', 'none'],
  ['flite', 'en-GB', 'rms', 'none'],
  ['polly', 'de_DE', 'Marlene', 'none'],
  ['', 'de-DE', '', 'none'],
  ['gcp', '', '', 'provider SPEECH_PROVIDER_NOT_CONFIGURED'],
  ['nobody', '', '', 'provider SPEECH_PROVIDER_UNKNOWN'],
  ['flite', 'de-DE', '', 'language SPEECH_LANGUAGE_UNKNOWN'],
  ['', 'xx-XX', '', 'language SPEECH_LANGUAGE_UNKNOWN'],
  ['aws', 'not a language', '', 'language SPEECH_LANGUAGE_UNKNOWN'],
  ['flite', '', 'Joanna', 'voice_id SPEECH_VOICE_UNKNOWN'],
  ['aws', 'en-US', 'en-US-Neural2-A', 'voice_id SPEECH_VOICE_UNKNOWN'],
])('of provider "%s", language "%s", voice "%s" the problem is %s', (provider, language, voice, expected) => {
  expect(problem(provider, language, voice)).toBe(expected)
})
