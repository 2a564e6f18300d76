import { type SipMessage, type SipRequest, sequenceOf } from '../message/message.ts'
import { contactOf, type Dialog } from './dialog.ts'

/** Requests that say the target anew, and whose 2xx do (RFC 3261 §12.2, RFC 3311 §5.1, RFC 6665 §4.4.1, RFC 3515). */
const targetRefreshers: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER'])

/** `out of order`: older than one that was taken; answered 500, an ACK dropped (§12.2.2). */
export type InDialogVerdict = { readonly verdict: 'in order'; readonly dialog: Dialog } | { readonly verdict: 'out of order' }

/**
 * A dialog after a request of the peer in it (§12.2.2): its number must have grown, but that of ACK and CANCEL, which is the INVITE's. The
 * target is refreshed only once the request is accepted: see `afterRefresh`.
 */
export function receiveInDialog(dialog: Dialog, request: SipRequest): InDialogVerdict {
  const sequence = sequenceOf(request)
  const last = dialog.remoteSequence
  if (request.method === 'ACK' || request.method === 'CANCEL') {
    return last !== undefined && sequence > last ? { verdict: 'out of order' } : { verdict: 'in order', dialog }
  }
  if (last !== undefined && sequence <= last) return { verdict: 'out of order' }
  return { verdict: 'in order', dialog: { ...dialog, remoteSequence: sequence } }
}

/** A dialog after a target refresh request that was accepted, or after the 2xx to one of ours: the Contact is where the peer is now. */
export function afterRefresh(dialog: Dialog, method: string, message: SipMessage): Dialog {
  const isRefresh = targetRefreshers.has(method) && (message.kind === 'request' || (message.status >= 200 && message.status < 300))
  const target = isRefresh ? contactOf(message) : undefined
  return target ? { ...dialog, remoteTarget: target } : dialog
}
