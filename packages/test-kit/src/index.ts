export { requireServer, type ServerKind } from './servers.ts'
