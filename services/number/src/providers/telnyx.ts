import { type AvailableNumber, numberFeatures } from '@voipbin/contracts/number'
import { z } from 'zod'
import type { NumberProvider } from './number-provider.ts'
import { type AskVendor, isSuccess, notAvailable, readAnswer, unavailable } from './vendor.ts'

const region = z.object({ region_type: z.string(), region_name: z.string() })
const available = z.object({
  data: z.array(
    z.object({
      phone_number: z.string(),
      region_information: z.array(region).default([]),
      features: z.array(z.object({ name: z.string() })).default([]),
    }),
  ),
})
const order = z.object({ data: z.object({ status: z.string() }) })
const held = z.object({ data: z.array(z.object({ id: z.string(), phone_number: z.string() })) })

export type TelnyxOptions = {
  readonly ask: AskVendor
  /** The SIP connection that calls to new numbers come in by; empty: set at Telnyx. */
  readonly connectionId: string
  readonly messagingProfileId: string
}

/** Telnyx, API v2. An order is answered before the number is there, so its reference is looked up by number when it is needed. */
export function createTelnyx({ ask, connectionId, messagingProfileId }: TelnyxOptions): NumberProvider {
  const name = 'telnyx'

  async function find(number: string): Promise<string | undefined> {
    const answer = await ask({ method: 'GET', path: `/v2/phone_numbers?${new URLSearchParams({ 'filter[phone_number]': number })}` })
    return readAnswer(name, held, answer).data.find(({ phone_number }) => phone_number === number)?.id
  }

  return {
    name,
    find,
    async search({ country, limit }) {
      const query = new URLSearchParams({ 'filter[country_code]': country, 'filter[limit]': String(limit) })
      const answer = await ask({ method: 'GET', path: `/v2/available_phone_numbers?${query}` })
      return isSuccess(answer) ? readAnswer(name, available, answer).data.map((offered) => offer(offered, country)) : []
    },
    async buy(number) {
      const wish = { phone_numbers: [{ phone_number: number }] }
      const routed = { ...(connectionId && { connection_id: connectionId }), ...profileOf(messagingProfileId) }
      const answer = await ask({ method: 'POST', path: '/v2/number_orders', json: { ...wish, ...routed } })
      if (!isSuccess(answer) || readAnswer(name, order, answer).data.status === 'failure') throw notAvailable(number)
      return { reference: '', t38_enabled: false, emergency_enabled: false }
    },
    async label({ number, reference }, labels) {
      const id = reference || (await find(number))
      if (id === undefined) throw unavailable(name, `it has no "${number}" of ours yet`)
      const answer = await ask({ method: 'PATCH', path: `/v2/phone_numbers/${encodeURIComponent(id)}`, json: { tags: labels } })
      if (!isSuccess(answer)) throw unavailable(name, `answered ${answer.status} to labels`)
    },
    async release({ number, reference }) {
      const id = reference || (await find(number))
      if (id === undefined) return
      const answer = await ask({ method: 'DELETE', path: `/v2/phone_numbers/${encodeURIComponent(id)}` })
      if (!isSuccess(answer) && answer.status !== 404) throw unavailable(name, `answered ${answer.status} to the release of "${number}"`)
    },
  }
}

const profileOf = (id: string) => (id === '' ? {} : { messaging_profile_id: id })

type Offered = z.output<typeof available>['data'][number]

function offer({ phone_number: number, region_information: regions, features }: Offered, country: string): AvailableNumber {
  const nameOf = (type: string) => regions.find(({ region_type }) => region_type === type)?.region_name
  const known = numberFeatures.filter((feature) => features.some(({ name }) => name === feature))
  const place = nameOf('rate_center') ?? nameOf('location')
  return { number, country: nameOf('country_code') ?? country, region: place ?? nameOf('state') ?? '', postal_code: '', features: known }
}
