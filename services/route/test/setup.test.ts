import { answering, type Receiver, startReceiver } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Routes, startRoutes } from './route-system.ts'

let carrier: Receiver
let it: Routes | undefined
/** What stands at the carrier, by path. */
const stands = new Set<string>()
let refused = { path: '', status: 0 }
beforeEach(async () => {
  stands.clear()
  refused = { path: '', status: 0 }
  carrier = await startReceiver((response, { method, url, headers, raw }) => {
    expect(headers.authorization).toBe('Bearer KEY')
    if (url === refused.path) return answering(refused.status)(response, undefined as never)
    const id = `id-of-${url.split('/')[2]}`
    if (method === 'DELETE') stands.delete(url)
    else stands.add(`${url}/${id}`)
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ data: { id, record_type: 'x', ...JSON.parse(raw || '{}') } }))
  })
})
afterEach(async () => {
  await it?.close()
  await carrier.close()
})
async function start(addresses = '198.51.100.7, 198.51.100.8'): Promise<Routes> {
  const url = carrier.uri.replace('/hook', '')
  const env = { VOIPBIN_ROUTE_TELNYX_URL: url, VOIPBIN_OUTBOUND_ALLOW: '127.0.0.0/8', VOIPBIN_ROUTE_PUBLIC_ADDRESSES: addresses }
  it = await startRoutes({ env })
  return it
}
const wish = { carrier: 'telnyx', name: 'Telnyx', credentials: { api_key: 'KEY' } } as const

describe('setupProvider()', () => {
  test('makes a trunk for our addresses at the carrier, and the provider that uses it', async () => {
    const { client } = await start()
    const made = await client.setupProvider(wish)
    const metadata = {
      carrier: 'telnyx',
      connection_id: 'id-of-ip_connections',
      outbound_voice_profile_id: 'id-of-outbound_voice_profiles',
    }
    expect(made).toMatchObject({ name: 'Telnyx', type: 'sip', hostname: 'sip.telnyx.com', health_status: 'unknown', metadata })
    expect(JSON.stringify(made)).not.toContain('KEY')
    expect(carrier.received.map(({ url, raw }) => [url, JSON.parse(raw)])).toEqual([
      ['/v2/outbound_voice_profiles', { name: 'Telnyx' }],
      ['/v2/ip_connections', { connection_name: 'Telnyx', outbound: { outbound_voice_profile_id: metadata.outbound_voice_profile_id } }],
      ['/v2/ips', { connection_id: metadata.connection_id, ip_address: '198.51.100.7' }],
      ['/v2/ips', { connection_id: metadata.connection_id, ip_address: '198.51.100.8' }],
    ])
  })

  test.each([
    [401, 'CARRIER_REFUSED'],
    [500, 'CARRIER_UNAVAILABLE'],
    [302, 'CARRIER_UNAVAILABLE'],
  ])('takes back what it made where the carrier answers %s', async (status, reason) => {
    const { client } = await start()
    refused = { path: '/v2/ips', status }
    await expect(client.setupProvider(wish)).rejects.toMatchObject({ reason })
    expect([...stands]).toEqual([])
    expect((await client.listProviders({})).result).toEqual([])
  })

  test('needs to know where our calls come from', async () => {
    const { client } = await start('')
    await expect(client.setupProvider(wish)).rejects.toMatchObject({ reason: 'PUBLIC_ADDRESS_MISSING' })
    expect(carrier.received).toEqual([])
  })
})
