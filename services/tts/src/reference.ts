import { callContract } from '@voipbin/contracts/call'
import { invalidArgument, ServiceError, unlessGone } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Speaking } from '@voipbin/contracts/tts-speaking'
import type { Clients } from '@voipbin/service-kit'

type Named = Pick<Speaking, 'reference_type' | 'reference_id' | 'customer_id'>
/** Where a call or room is now. */
export type Place = Pick<Speaking, 'node_id' | 'epoch' | 'subject_id'>
/**
 * Finds a call or room of the customer's that can be spoken in.
 * @throws INVALID_ARGUMENT naming the field, also for somebody else's; CALL_NOT_PROGRESSING, CONFBRIDGE_NOT_PROGRESSING
 */
export type FindPlace = (named: Named) => Promise<Place>

export function createFindPlace(client: Clients): FindPlace {
  const calls = client(callContract)
  return async (named) => {
    const { reference_type, reference_id: id, customer_id } = named
    const ask = reference_type === 'call' ? calls.getCall({ id }) : calls.getConfbridge({ id })
    const found = await unlessGone<Awaited<typeof ask>>(ask)
    if (found?.customer_id !== customer_id) throw notThere(named)
    const { status, node_id, epoch } = found
    // A room that nobody has come to is on no node yet.
    if (status !== 'progressing' || node_id === '') {
      const reason = reference_type === 'call' ? 'CALL_NOT_PROGRESSING' : 'CONFBRIDGE_NOT_PROGRESSING'
      throw new ServiceError(
        'FAILED_PRECONDITION',
        reason,
        `Cannot speak in ${reference_type} "${id}": ${status === 'progressing' ? 'nobody is in it' : `it is ${status}`}`,
      )
    }
    const channelId = 'channel_id' in found && found.channel_id !== NIL_ID ? found.channel_id : id
    return { node_id, epoch, subject_id: channelId }
  }
}

const notThere = ({ reference_type, reference_id }: Named) =>
  invalidArgument(`Cannot speak: there is no ${reference_type} "${reference_id}"`, [
    { field: 'reference_id', rule: `there is no ${reference_type} "${reference_id}"` },
  ])
