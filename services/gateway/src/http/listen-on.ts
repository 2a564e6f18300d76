import type { AddressInfo } from 'node:net'
import { flagOf, SettingError } from '@voipbin/service-kit'
import type { FastifyInstance } from 'fastify'
import { gatewayConfig } from '../config.ts'

type Place = { readonly host: string; readonly port: number }

/** @returns how the API is reached; @throws SettingError saying which setting to change */
export async function listenOn(app: FastifyInstance, place: Place): Promise<string> {
  try {
    await app.listen(place)
  } catch (error) {
    throw toSettingError(error, place)
  }
  const { port } = app.server.address() as AddressInfo
  return `API http://${place.host.includes(':') ? `[${place.host}]` : place.host}:${port}`
}

function toSettingError(error: unknown, { host, port }: Place): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const name = ({ name }: { name: string }, flag: string) => `${name} (${flag})`
  const ofPort = name(gatewayConfig.httpPort, flagOf(gatewayConfig.httpPort))
  const ofHost = name(gatewayConfig.httpHost, flagOf(gatewayConfig.httpHost))
  if (code === 'EADDRINUSE')
    return new SettingError(`Cannot open the API: port ${port} of ${host} is taken: stop who has it, or set ${ofPort}`)
  if (code === 'EACCES') return new SettingError(`Cannot open the API: port ${port} needs more rights than this process has: set ${ofPort}`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new SettingError(`Cannot open the API: "${host}" is no address of this machine: set ${ofHost}`)
  }
  return error
}
