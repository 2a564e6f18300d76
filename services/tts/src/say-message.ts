import { ServiceError } from '@voipbin/contracts/errors'
import type { Speaking, SpokenMessage } from '@voipbin/contracts/tts-speaking'
import type { Ctx } from '@voipbin/service-kit'
import { parseScript, sentences } from '@voipbin/speech'
import { deriveId } from '@voipbin/sql'
import { markOf } from './marks.ts'
import type { Command } from './nodes.ts'

export type MakeSpeech = (
  ctx: Ctx,
  wish: Pick<Speaking, 'customer_id' | 'language' | 'provider' | 'voice_id'> & { readonly text: string; readonly gender: string },
) => Promise<{ readonly url: string }>
type Parts = { readonly command: Command; readonly make: MakeSpeech }
/** flushed: by somebody meanwhile, so the rest is not said. */
export type Said = 'said' | 'flushed' | 'gone'

/**
 * Gives a stream a message sentence by sentence, so that the first is heard while the next is made. Done again after a crash it says
 * nothing twice: each sentence has its id.
 */
export async function sayMessage({ command, make }: Parts, ctx: Ctx, speaking: Speaking, message: SpokenMessage): Promise<Said> {
  const { id, flush_count: flushes } = speaking
  const mark = (when: 'start' | 'end') => command(speaking, 'markStream', { id, mark: markOf(when, message.id), flushes })
  let began = false
  for (const [index, text] of sentences(parseScript(message.text)).entries()) {
    const made = await makeOrPass(make, ctx, speaking, text)
    if (!made) continue
    if (!began) {
      const told = await mark('start')
      if (!isOk(told)) return saidOf(told)
    }
    began = true
    const fed = await command(speaking, 'feedStream', { id, item_id: deriveId(message.id, index), media: [{ url: made.url }], flushes })
    if (!isOk(fed)) return saidOf(fed)
  }
  const told = await mark('end')
  return isOk(told) ? 'said' : saidOf(told)
}

type Answered = Awaited<ReturnType<Command>>
const isOk = ({ result }: Answered): boolean => result === 'ok'

/** @throws UNAVAILABLE where the node has too much to say already: it is tried again */
function saidOf({ result, rule }: Answered): Said {
  if (result === 'gone') return 'gone'
  if (rule === 'STREAM_FLUSHED') return 'flushed'
  throw new ServiceError('UNAVAILABLE', rule, `The node refused a sentence: ${rule}`)
}

/** A sentence that no voice can say now is left out: the next one may be sayable, and waiting would delay them all. */
async function makeOrPass(make: MakeSpeech, ctx: Ctx, speaking: Speaking, text: string): Promise<{ readonly url: string } | undefined> {
  const { customer_id, language, provider, voice_id } = speaking
  try {
    return await make(ctx, { customer_id, text, language, provider, voice_id, gender: '' })
  } catch (error) {
    if (!(error instanceof ServiceError && error.reason === 'SPEECH_UNAVAILABLE')) throw error
    ctx.log.warn('a sentence could not be said', { speaking_id: speaking.id, customer_id, error })
    return undefined
  }
}
