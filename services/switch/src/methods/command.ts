import type { MethodInput, MethodName } from '@voipbin/contracts/contract'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Outcome } from '../channel/channel-state.ts'

/** What a command is asked with. */
export type Asked<M extends MethodName<SwitchContract>> = MethodInput<SwitchContract, M>
export type Command<M extends MethodName<SwitchContract>> = (input: Asked<M>) => Promise<Outcome>
