import type { MethodArguments, MethodName } from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import { type Outcome, type SwitchContract, switchContract } from '@voipbin/contracts/switch'
import type { Clients } from '@voipbin/service-kit'

type At = { readonly node_id: string; readonly epoch: string }
type Given<M extends MethodName<SwitchContract>> = Omit<MethodArguments<SwitchContract, M>, 'epoch'>
/** Commands to the node that has a stream. */
export type Command = <M extends 'stream' | 'feedStream' | 'markStream' | 'flushStream' | 'stopStream'>(
  at: At,
  method: M,
  input: Given<M>,
) => Promise<Outcome>

export const createCommand =
  (client: Clients): Command =>
  (at, method, input) => {
    const ask = client(switchContract, at.node_id)[method] as (input: object) => Promise<Outcome>
    return ask({ ...input, epoch: at.epoch })
  }

export const isAway = (error: unknown): boolean => error instanceof ServiceError && error.status === 'UNAVAILABLE'
