export type { Codec } from '@voipbin/sdp'
export type { AudioSession } from './audio/audio-session.ts'
export { codecNamed } from './audio/codecs.ts'
export type { Heard, Stretch } from './audio/heard.ts'
export { findGaps, type Gap, levelDb, shareOf, strongestTone, type Tone } from './audio/measure.ts'
export { SAMPLE_RATE_HZ, type Source, samplesSource, toneSource, wavSource } from './audio/sources.ts'
export { readWav, type Wav, writeWav } from './audio/wav.ts'
export { type CallEnd, type CallEvent, describeEvent, type TimedCallEvent } from './call/call-events.ts'
export type { SdpWish } from './call/negotiation.ts'
export type { PhoneCall, SendDigitsOptions } from './call/phone-call.ts'
export {
  AddressSyntaxError,
  CallNotAnswered,
  DigitsRefused,
  ExpectationSyntaxError,
  NoRegistrar,
  Unreachable,
  WaitTimeout,
  WavSyntaxError,
} from './errors.ts'
export { type DialOptions, Phone, type PhoneOptions } from './phone.ts'
export { describeHeard, type Expectation, expectationsHelp, type Observed, parseExpectation } from './script/expectation.ts'
export { type CallScript, observe, playScript } from './script/play-script.ts'
export { type Ladder, type LadderStep, renderMessage, renderStep } from './signalling/ladder.ts'
export { type Registration, RegistrationFailed } from './signalling/registration.ts'
