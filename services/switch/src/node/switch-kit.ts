import type { SwitchContract } from '@voipbin/contracts/switch'
import type { NodeKit } from '@voipbin/service-kit'
import type { switchConfig } from '../config.ts'

/** What a switch gets at its start. */
export type SwitchKit = NodeKit<SwitchContract, typeof switchConfig>
