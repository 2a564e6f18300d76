import { ServiceError } from '@voipbin/contracts/errors'
import { type Outbound, OutboundFailed, OutboundRefused } from '@voipbin/outbound'
import { z } from 'zod'

const made = z.object({ data: z.object({ id: z.string() }) })

/** What stands at Telnyx afterwards. */
export type TelnyxTrunk = { readonly connection_id: string; readonly outbound_voice_profile_id: string }
type Wish = { readonly name: string; readonly apiKey: string; readonly addresses: readonly string[] }

/** Where Telnyx takes calls. */
export const TELNYX_HOSTNAME = 'sip.telnyx.com'

/** Lets calls from these addresses in at Telnyx (API v2). What was made before a step failed is taken back. @throws CARRIER_REFUSED, CARRIER_UNAVAILABLE */
export const createTelnyxSetup =
  (outbound: Outbound, url: string) =>
  async ({ name, apiKey, addresses }: Wish): Promise<TelnyxTrunk> => {
    const ask = createAsk(outbound, url, apiKey)
    const undo: string[] = []
    const make = async (path: string, json: object): Promise<string> => {
      const { id } = made.parse(JSON.parse(await ask('POST', path, json))).data
      undo.unshift(`${path}/${encodeURIComponent(id)}`)
      return id
    }
    try {
      const outbound_voice_profile_id = await make('/v2/outbound_voice_profiles', { name })
      const connection_id = await make('/v2/ip_connections', { connection_name: name, outbound: { outbound_voice_profile_id } })
      for (const ip_address of addresses) await make('/v2/ips', { connection_id, ip_address })
      return { connection_id, outbound_voice_profile_id }
    } catch (error) {
      for (const path of undo) await ask('DELETE', path).catch(() => undefined)
      throw error instanceof ServiceError ? error : unavailable('answered in another form', error)
    }
  }

function createAsk(outbound: Outbound, url: string, apiKey: string) {
  return async (method: 'POST' | 'DELETE', path: string, json?: object): Promise<string> => {
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    const headers = { authorization: `Bearer ${apiKey}`, accept: 'application/json', 'content-type': 'application/json' }
    try {
      const { status, body: answer } = await outbound.request({ url: `${url}${path}`, method, headers, ...body })
      if (status >= 200 && status < 300) return answer.toString('utf8')
      if (status < 400 || status >= 500 || status === 429) throw unavailable(`answered ${status}`)
      throw new ServiceError('FAILED_PRECONDITION', 'CARRIER_REFUSED', `Telnyx refuses "${path}" with ${status}: is the key right?`)
    } catch (error) {
      if (error instanceof OutboundFailed || error instanceof OutboundRefused) throw unavailable(error.message, error)
      throw error
    }
  }
}

const unavailable = (why: string, cause?: unknown) =>
  new ServiceError('UNAVAILABLE', 'CARRIER_UNAVAILABLE', `Telnyx does not help: ${why}`, { cause })
