export { createSwitch } from './node/create-switch.ts'
