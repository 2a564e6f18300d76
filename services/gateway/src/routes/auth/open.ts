import { NoneChecked } from '@voipbin/contracts/permission'

/** Everybody may come, as often as the limit of their address lets them. */
export const open = { permission: NoneChecked, identity: ['none'] } as const
