import { ServiceError } from '@voipbin/contracts/errors'
import { type Outcome, switchContract } from '@voipbin/contracts/switch'
import type { Clients } from '@voipbin/service-kit'
import type { SwitchCommand } from './call-action.ts'
import { type At, onLeg } from './leg.ts'

export type Command = (at: At, command: SwitchCommand) => Promise<Outcome>

/** Commands to nodes. A node that cannot be reached answers nothing: the caller tries again, until it is known to be lost. */
export function createCommand(client: Clients): Command {
  return (at, command) => {
    const { method, input } = onLeg(at, command)
    const ask = client(switchContract, at.node_id)[method] as (input: unknown) => Promise<Outcome>
    return ask({ ...input, epoch: at.epoch })
  }
}

export const isAway = (error: unknown) => error instanceof ServiceError && error.status === 'UNAVAILABLE'
