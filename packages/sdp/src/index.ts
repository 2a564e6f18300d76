export { attribute, attributeLine, attributes } from './description/attributes.ts'
export {
  type Codec,
  codecsOf,
  isSameCodec,
  L16_8000,
  L16_16000,
  type NumberedCodec,
  PCMA,
  PCMU,
} from './description/codec.ts'
export { type Connection, connectionOf } from './description/connection.ts'
export { type Direction, directionOf, receives, sends } from './description/direction.ts'
export * from './description/limits.ts'
export { parseSdp } from './description/parse-sdp.ts'
export { serialiseSdp } from './description/serialise-sdp.ts'
export type * from './description/session-description.ts'
export { type Answer, answerOffer, refusalOfOffer } from './offer-answer/answer-offer.ts'
export { createOffer } from './offer-answer/create-offer.ts'
export type { LocalMedia, LocalSession } from './offer-answer/local-media.ts'
export type { MediaRefusal, NegotiatedCodec, NegotiatedMedia, RefusalReason, TransportAddress } from './offer-answer/negotiated-media.ts'
export { readAnswer } from './offer-answer/read-answer.ts'
