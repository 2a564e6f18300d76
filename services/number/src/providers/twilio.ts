import { type AvailableNumber, numberFeatures } from '@voipbin/contracts/number'
import { z } from 'zod'
import type { NumberProvider } from './number-provider.ts'
import { type AskVendor, isSuccess, notAvailable, readAnswer, unavailable } from './vendor.ts'

const available = z.object({
  available_phone_numbers: z.array(
    z.object({
      phone_number: z.string(),
      iso_country: z.string().default(''),
      region: z.string().nullish(),
      postal_code: z.string().nullish(),
      capabilities: z.record(z.string(), z.boolean()).default({}),
    }),
  ),
})
const incoming = z.object({ sid: z.string(), phone_number: z.string(), emergency_status: z.string().nullish() })
const held = z.object({ incoming_phone_numbers: z.array(incoming) })

/** Of the name that it shows a number by. */
const LONGEST_NAME = 64

export type TwilioOptions = {
  readonly ask: AskVendor
  readonly accountSid: string
  /** The SIP trunk that calls to new numbers come in by; empty: set at Twilio. */
  readonly trunkSid: string
}

/** Twilio, API 2010-04-01. */
export function createTwilio({ ask, accountSid, trunkSid }: TwilioOptions): NumberProvider {
  const name = 'twilio'
  const account = `/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`
  const pathOf = (sid: string) => `${account}/IncomingPhoneNumbers/${encodeURIComponent(sid)}.json`

  async function find(number: string): Promise<string | undefined> {
    const query = new URLSearchParams({ PhoneNumber: number })
    const answer = await ask({ method: 'GET', path: `${account}/IncomingPhoneNumbers.json?${query}` })
    return readAnswer(name, held, answer).incoming_phone_numbers.find(({ phone_number }) => phone_number === number)?.sid
  }

  return {
    name,
    find,
    async search({ country, limit }) {
      const path = `${account}/AvailablePhoneNumbers/${encodeURIComponent(country)}/Local.json?PageSize=${limit}`
      const answer = await ask({ method: 'GET', path })
      return isSuccess(answer) ? readAnswer(name, available, answer).available_phone_numbers.map((offered) => offer(offered, country)) : []
    },
    async buy(number) {
      const form = { PhoneNumber: number, ...(trunkSid && { TrunkSid: trunkSid }) }
      const answer = await ask({ method: 'POST', path: `${account}/IncomingPhoneNumbers.json`, form })
      if (!isSuccess(answer)) throw notAvailable(number)
      const { sid: reference, emergency_status } = readAnswer(name, incoming, answer)
      return { reference, t38_enabled: false, emergency_enabled: emergency_status === 'Active' }
    },
    async label({ reference }, labels) {
      const FriendlyName = (labels[0] ?? '').slice(0, LONGEST_NAME)
      const answer = await ask({ method: 'POST', path: pathOf(reference), form: { FriendlyName } })
      if (!isSuccess(answer)) throw unavailable(name, `answered ${answer.status} to a name`)
    },
    async release({ number, reference }) {
      const sid = reference || (await find(number))
      if (sid === undefined) return
      const answer = await ask({ method: 'DELETE', path: pathOf(sid) })
      if (!isSuccess(answer) && answer.status !== 404) throw unavailable(name, `answered ${answer.status} to the release of "${number}"`)
    },
  }
}

type Offered = z.output<typeof available>['available_phone_numbers'][number]

/** Capabilities are written `voice`, `SMS`, `MMS`, `fax`. */
function offer({ phone_number: number, iso_country, region, postal_code, capabilities }: Offered, country: string): AvailableNumber {
  const able = new Set(Object.entries(capabilities).flatMap(([capability, has]) => (has ? [capability.toLowerCase()] : [])))
  const features = numberFeatures.filter((feature) => able.has(feature))
  return { number, country: iso_country || country, region: region ?? '', postal_code: postal_code ?? '', features }
}
