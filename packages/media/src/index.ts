export type * from './media-engine.ts'
export type * from './media-event.ts'
