import { type CallAction, channel, type Plan } from '../call-action.ts'

const DIGITS = '0123456789*#ABCD'

/** With `digits_handle: next`, a digit cuts it short; one that was pressed ahead, or while the speech was made, before a word is said. */
export const talk: CallAction<'talk'> = async ({ call, option, executionId, speech }) => {
  const isCut = option.digits_handle === 'next'
  if (isCut && call.digits !== '') return { commands: [], take: takeOne }
  const { text, language, provider, voice_id, gender } = option
  const { url } = await speech.makeSpeech({ customer_id: call.customer_id, text, language, provider, voice_id, gender })
  const media = [{ url }]
  return {
    ...(isCut && { take: takeOne }),
    commands: [
      // As the original does: who speaks to a caller has taken the call.
      ...(call.status === 'progressing' ? [] : [{ method: 'answer' as const, input: { id: call.id } }]),
      { method: 'play', input: { id: executionId, subject: channel(call.id), media, stop_on: isCut ? DIGITS : '' } },
    ],
  }
}

const takeOne = ({ digits }: { readonly digits: string }): ReturnType<NonNullable<Plan['take']>> =>
  digits === '' ? { isDone: false } : { isDone: true, collected: digits.slice(0, 1), digits: digits.slice(1) }
