import type { Speaking } from '@voipbin/contracts/tts-speaking'
import type { Ctx } from '@voipbin/service-kit'
import type { Command } from '../nodes.ts'
import { type MakeSpeech, sayMessage } from '../say-message.ts'
import { ended, isOver } from '../speaking.ts'
import { speakings } from '../store/speakings.ts'
import { countAhead, spokenMessages, unsaidIds } from '../store/spoken-messages.ts'
import { saySpoken } from '../work.ts'

/** Texts that a node has in advance: what is made earlier than that is made for nothing where it is flushed. */
const MAX_AHEAD = 3

type Parts = { readonly command: Command; readonly make: MakeSpeech }

/**
 * Two of these may run for one speaking, when a text comes while another is being made: each gives all of it, in order, and the node
 * takes each sentence once, so the order is kept.
 */
export const saySpokenHandler = (parts: Parts) =>
  saySpoken.outside(async (ctx, { speaking_id: id }) => {
    const begun = await speakings.find(ctx.read(), id)
    if (!begun || isOver(begun) || !(await open(parts, ctx, begun))) return
    for (;;) {
      const speaking = await speakings.find(ctx.read(), id)
      if (!speaking || isOver(speaking)) {
        await parts.command(begun, 'stopStream', { id }) // it was stopped before its node had it
        return
      }
      const [next] = await unsaidIds(ctx.read(), id, true)
      const message = next === undefined ? undefined : await spokenMessages.find(ctx.read(), next)
      // The end of one that is being heard brings it on.
      if (next === undefined || (await countAhead(ctx.read(), id)) >= MAX_AHEAD) return
      if (!message) continue
      const said = await sayMessage(parts, ctx, speaking, message)
      if (said === 'gone') return end(ctx, id)
      if (said === 'said') await queued(ctx, message.id)
    }
  })

/** @returns whether it is there */
async function open({ command }: Parts, ctx: Ctx, speaking: Speaking): Promise<boolean> {
  const { id, reference_type, subject_id, direction } = speaking
  const kind = reference_type === 'call' ? 'channel' : 'bridge'
  const { result, rule } = await command(speaking, 'stream', { id, subject: { kind, id: subject_id }, speak: direction || 'out' })
  if (result === 'ok') return true
  ctx.log.warn('a speaking could not begin', { speaking_id: id, customer_id: speaking.customer_id, result, rule })
  await end(ctx, id)
  return false
}

const end = (ctx: Ctx, id: string): Promise<void> =>
  ctx.transaction(async (tx) => {
    const speaking = await speakings.find(tx, id)
    if (speaking) await ended(tx, speaking)
  })

/** Its node has all of it. It may be heard, or over, already. */
const queued = (ctx: Ctx, id: string): Promise<void> =>
  ctx.transaction(async (tx) => {
    const message = await spokenMessages.find(tx, id)
    if (message?.status === 'initiated') await spokenMessages.update(tx, 'message_queued', message, { status: 'queued' })
  })
