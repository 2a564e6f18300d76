export { type AllowList, parseAllowList } from './allow-list.ts'
export { type FailurePhase, OutboundFailed, OutboundRefused } from './errors.ts'
export type { StreamedBody } from './exchange.ts'
export { createHostGuard, type Host, type HostGuard, type HostGuardOptions } from './host-guard.ts'
export {
  createOutbound,
  defaultLimits,
  type Outbound,
  type OutboundAnswer,
  type OutboundLimits,
  type OutboundOptions,
  type OutboundRequest,
} from './outbound.ts'
export { specialUseOf } from './public-address.ts'
