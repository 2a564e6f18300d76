import type { EventPayload, EventType } from '@voipbin/contracts/contract'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { NodeIdentity, NodeKit, Settings } from '@voipbin/service-kit'

/** A channel or bridge (or, of a stored recording, the recording) that events tell of, with the count of them so far. */
export type Subject = {
  readonly kind: 'channel' | 'bridge' | 'recording'
  readonly id: string
  readonly customerId: string
  readonly callId?: string
  seq: number
}

type Envelope = 'node_id' | 'epoch' | 'customer_id' | 'subject_id' | 'seq' | 'call_id'
type OfSubject = {
  [E in EventType<SwitchContract>]: 'seq' extends keyof EventPayload<SwitchContract, E> ? E : never
}[EventType<SwitchContract>]
export type Told<E extends OfSubject> = Omit<EventPayload<SwitchContract, E>, Envelope>

/** Tells what happened to a subject. The numbers of one subject have no gaps. */
export type Teller = <E extends OfSubject>(subject: Subject, type: E, payload: Told<E>) => void

type Parts = { readonly node: NodeIdentity; readonly publish: NodeKit<SwitchContract, Settings>['publish'] }

export function createTeller({ node, publish }: Parts): Teller {
  return (subject, type, payload) => {
    subject.seq++
    const { id, customerId, callId, seq } = subject
    const ofCall = callId === undefined ? {} : { call_id: callId }
    const data = { node_id: node.id, epoch: node.epoch, customer_id: customerId, subject_id: id, seq, ...ofCall, ...payload }
    publish(type, {
      customer_id: customerId,
      resource_id: id,
      sequence: seq,
      data: data as unknown as EventPayload<SwitchContract, typeof type>,
    })
  }
}
