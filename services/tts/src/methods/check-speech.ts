import { ServiceError } from '@voipbin/contracts/errors'
import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import type { Speakers } from '@voipbin/speech'

export const checkSpeech =
  (speakers: Speakers): Answer<TtsContract, 'checkSpeech'> =>
  async (_read, { provider }) => {
    const found = speakers.check(provider)
    if (found === 'ready') return { providers: [...speakers.names] }
    const [reason, why] =
      found === 'unknown'
        ? (['SPEECH_PROVIDER_UNKNOWN', 'there is no such provider'] as const)
        : (['SPEECH_PROVIDER_NOT_CONFIGURED', 'its key is not set on this platform'] as const)
    const details = [{ field: 'provider', rule: `must be one of: ${speakers.names.join(', ')}` }]
    throw new ServiceError('INVALID_ARGUMENT', reason, `Cannot make speech by "${provider}": ${why}`, { details })
  }
