import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type Asked = { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly body: string }
type Answer = { readonly status: number; readonly json?: unknown }
export type Held = { id: string; number: string; label: string }

/** What a carrier sells, what of it is ours, and what it was asked; `failing` answers in its place. */
export type FakeCarrier = {
  readonly url: string
  readonly sells: string[]
  readonly held: Held[]
  readonly asked: (Asked & { readonly authorization: string })[]
  failing: ((asked: Asked) => Answer | 'hang up' | undefined) | undefined
  close(): Promise<void>
}
type Api = (asked: Asked, carrier: FakeCarrier) => Answer

/** Answers as the carriers' own documentation shows them, with what we do not read left in. */
export async function startCarrier(api: Api): Promise<FakeCarrier> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const url = new URL(request.url ?? '', 'http://carrier')
    const asked = { method: request.method ?? '', path: url.pathname, query: url.searchParams, body }
    carrier.asked.push({ ...asked, authorization: request.headers.authorization ?? '' })
    const answer = carrier.failing?.(asked) ?? api(asked, carrier)
    if (answer === 'hang up') return void request.socket.destroy()
    const text = answer.json === undefined ? '' : JSON.stringify(answer.json)
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const carrier: FakeCarrier = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sells: ['+15005550006', '+15005550007'],
    held: [],
    asked: [],
    failing: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return carrier
}

function buy({ sells, held }: FakeCarrier, number: string, id: string): Held | undefined {
  const at = sells.indexOf(number)
  if (at < 0) return undefined
  sells.splice(at, 1)
  const bought = { id, number, label: '' }
  held.push(bought)
  return bought
}

function give({ held }: FakeCarrier, id: string): boolean {
  const at = held.findIndex((one) => one.id === id)
  if (at >= 0) held.splice(at, 1)
  return at >= 0
}

const telnyxError = (status: number, code: string, title: string): Answer => ({
  status,
  json: { errors: [{ code, title, detail: title }] },
})

export const telnyx: Api = ({ method, path, query, body }, carrier) => {
  const id = path.split('/')[3] ?? ''
  if (path === '/v2/available_phone_numbers') {
    const region = [
      { region_type: 'country_code', region_name: 'US' },
      { region_type: 'rate_center', region_name: 'CHICAGO HEIGHTS' },
      { region_type: 'state', region_name: 'IL' },
    ]
    const features = [{ name: 'sms' }, { name: 'mms' }, { name: 'voice' }, { name: 'fax' }, { name: 'emergency' }, { name: 'hd_voice' }]
    const cost = { upfront_cost: '1.00', monthly_cost: '1.00', currency: 'USD' }
    const offer = (phone_number: string) => ({
      ...{ record_type: 'available_phone_number', phone_number, vanity_format: null, best_effort: false, quickship: true },
      ...{ reservable: true, region_information: region, cost_information: cost, features },
    })
    const data = carrier.sells.slice(0, Number(query.get('filter[limit]'))).map(offer)
    if (query.get('filter[country_code]') !== 'US') return telnyxError(400, '10015', 'Bad Request')
    return { status: 200, json: { data, meta: { total_results: data.length, best_effort_results: 0 } } }
  }
  if (path === '/v2/number_orders') {
    const wish = JSON.parse(body) as { phone_numbers: { phone_number: string }[]; connection_id?: string }
    const bought = buy(carrier, wish.phone_numbers[0]?.phone_number ?? '', '1293384261075731499')
    if (!bought) return telnyxError(422, '85002', 'Phone number not available')
    const ordered = { id: 'dc8e4d67-33a0-4cbb-af74-7b58f05bd494', record_type: 'number_order_phone_number', status: 'pending' }
    const data = { record_type: 'number_order', id: '12ade33a-21c0-473b-b055-b3c836e1c292', phone_numbers_count: 1, status: 'pending' }
    return { status: 200, json: { data: { ...data, phone_numbers: [{ ...ordered, phone_number: bought.number }] } } }
  }
  if (path === '/v2/phone_numbers') {
    const found = carrier.held.filter(({ number }) => number === query.get('filter[phone_number]'))
    const data = found.map((one) => ({ id: one.id, record_type: 'phone_number', phone_number: one.number, status: 'active', tags: [] }))
    return { status: 200, json: { data, meta: { total_pages: 1, total_results: data.length, page_number: 1, page_size: 20 } } }
  }
  const held = carrier.held.find((one) => one.id === id)
  if (!held) return telnyxError(404, '10005', 'Resource not found')
  if (method === 'DELETE') give(carrier, id)
  else held.label = (JSON.parse(body) as { tags: string[] }).tags.join()
  return { status: 200, json: { data: { id, record_type: 'phone_number', phone_number: held.number } } }
}

const twilioError = (status: number, code: number, message: string): Answer => ({
  status,
  json: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
})

export const TWILIO_ACCOUNT = 'ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
const SID = 'PNaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'

export const twilio: Api = ({ method, path, query, body }, carrier) => {
  const account = `/2010-04-01/Accounts/${TWILIO_ACCOUNT}`
  const form = new URLSearchParams(body)
  const described = ({ id: sid, number: phone_number, label: friendly_name }: Held) => ({
    ...{ sid, account_sid: TWILIO_ACCOUNT, phone_number, friendly_name, emergency_status: 'Active', status: 'in-use', trunk_sid: null },
    capabilities: { voice: true, sms: true, mms: true, fax: false },
  })
  if (path.startsWith(`${account}/AvailablePhoneNumbers/`)) {
    if (!path.endsWith('/US/Local.json')) return twilioError(404, 20404, 'The requested resource was not found')
    const offer = (phone_number: string) => ({
      ...{
        friendly_name: phone_number,
        phone_number,
        lata: '134',
        locality: 'Hilo',
        rate_center: 'HILO',
        region: 'HI',
        postal_code: '96720',
      },
      ...{ iso_country: 'US', address_requirements: 'none', beta: false, capabilities: { voice: true, SMS: true, MMS: false } },
    })
    return { status: 200, json: { uri: path, available_phone_numbers: carrier.sells.slice(0, Number(query.get('PageSize'))).map(offer) } }
  }
  if (path === `${account}/IncomingPhoneNumbers.json` && method === 'GET') {
    const found = carrier.held.filter(({ number }) => number === query.get('PhoneNumber'))
    return { status: 200, json: { uri: path, page: 0, page_size: 50, incoming_phone_numbers: found.map(described) } }
  }
  if (path === `${account}/IncomingPhoneNumbers.json`) {
    const bought = buy(carrier, form.get('PhoneNumber') ?? '', SID)
    if (!bought) return twilioError(400, 21422, 'PhoneNumber is not available')
    return { status: 201, json: described(bought) }
  }
  const id = /IncomingPhoneNumbers\/(\w+)\.json$/.exec(path)?.[1] ?? ''
  const held = carrier.held.find((one) => one.id === id)
  if (!held) return twilioError(404, 20404, 'The requested resource was not found')
  if (method === 'DELETE') {
    give(carrier, id)
    return { status: 204 }
  }
  held.label = form.get('FriendlyName') ?? ''
  return { status: 200, json: described(held) }
}
