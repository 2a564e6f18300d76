import { NIL_ID } from '@voipbin/contracts/fields'
import type { Flow, ServerTransaction, SipRequest } from '@voipbin/sip'

/** What a request outside of a dialog came by: its answers go through the transaction. */
export type RequestSource = { readonly flow: Flow; readonly transaction: ServerTransaction }

/** Whom a request is taken for. */
export type Admitted = {
  readonly customer_id: string
  readonly identified_by: 'digest' | 'trunk_digest' | 'trunk_ip' | 'none'
  /** Extension or trunk behind the credentials or the address; nil where there are none. */
  readonly identity_id: string
}

/** `handled`: answered already, or dropped on purpose; nobody looks at it again. */
export type Verdict = { readonly letIn: Admitted } | 'handled'

/** Every request outside of a dialog passes here before anything else looks at it. ACK and CANCEL never come. */
export type Admission = (request: SipRequest, source: RequestSource) => Verdict | Promise<Verdict>

/** Asks nothing of anybody: for switches that only trusted peers can reach, and for tests. */
export const letEverybodyIn: Admission = () => ({
  letIn: { customer_id: NIL_ID, identified_by: 'none', identity_id: NIL_ID },
})
