import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import type { Speakers } from '@voipbin/speech'

export const checkSpeech =
  (speakers: Speakers): Answer<TtsContract, 'checkSpeech'> =>
  async (_read, { speeches }) => ({
    providers: [...speakers.names],
    problems: speeches.flatMap(({ voice_id, provider, language }, index) => {
      const problem = speakers.problemOf({ provider, language: language.trim(), voiceId: voice_id.trim() })
      return problem ? [{ index, ...problem }] : []
    }),
  })
