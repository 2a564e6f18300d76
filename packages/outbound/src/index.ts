export { type AllowList, parseAllowList } from './allow-list.ts'
export { type FailurePhase, OutboundFailed, OutboundRefused } from './errors.ts'
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
