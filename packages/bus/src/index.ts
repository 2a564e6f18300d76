export * from './bus.ts'
export { createLocalBus, type LocalBusOptions } from './local-bus.ts'
