export { createMediaEngine, type MediaEngineOptions } from './engine/create-media-engine.ts'
export { DiskTooSlow, LegIsOpen, NoMusic, NoWorkers, PortsExhausted, WorkerCommandFailed, WorkerLost } from './errors.ts'
export type * from './media-engine.ts'
export type * from './media-event.ts'
