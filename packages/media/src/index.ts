export { createMediaEngine, type MediaEngineOptions } from './engine/create-media-engine.ts'
export { PortsExhausted, WorkerLost } from './errors.ts'
export type * from './media-engine.ts'
export type * from './media-event.ts'
