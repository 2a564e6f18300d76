import { ServiceError } from '@voipbin/contracts/errors'
import type { Speaking } from '@voipbin/contracts/tts-speaking'
import type { Tx } from '@voipbin/sql'
import { freeReference, speakings } from './store/speakings.ts'
import { finish, spokenMessages, unsaidIds } from './store/spoken-messages.ts'
import { tellStream } from './work.ts'

export const isOver = ({ status }: Pick<Speaking, 'status'>): boolean => status === 'stopped'

/** @throws SPEAKING_STOPPED */
export function refuseStopped(speaking: Speaking, what: string): void {
  if (isOver(speaking))
    throw new ServiceError('FAILED_PRECONDITION', 'SPEAKING_STOPPED', `Cannot ${what} speaking "${speaking.id}": it has stopped`)
}

/** Nothing of what it was given is said any more. */
export async function dropMessages(tx: Tx, speakingId: string): Promise<void> {
  for (const id of await unsaidIds(tx, speakingId)) {
    const message = await spokenMessages.find(tx, id)
    if (message) await finish(tx, message, 'flushed')
  }
}

/** After the commit. @param flushes 0: it is to be stopped */
export function tellNode(tx: Tx, { id, node_id, epoch }: Speaking, flushes: number): void {
  tx.schedule(tellStream, `${id} ${flushes}`, tx.now, { id, node_id, epoch, flushes })
}

/** It is over, and so is its stream: with its call or room, which a lost node would tell of no more. */
export async function ended(tx: Tx, speaking: Speaking): Promise<Speaking> {
  if (isOver(speaking)) return speaking
  await freeReference(tx, speaking.reference_id, speaking.id)
  await dropMessages(tx, speaking.id)
  return speakings.update(tx, 'speaking_stopped', speaking, { status: 'stopped' })
}

/** Somebody wants it over: its stream is told. */
export async function stop(tx: Tx, speaking: Speaking): Promise<Speaking> {
  if (!isOver(speaking)) tellNode(tx, speaking, 0)
  return ended(tx, speaking)
}
