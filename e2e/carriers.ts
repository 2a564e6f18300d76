import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import { routeContract } from '@voipbin/contracts/route'
import { freePorts } from './free-ports.ts'
import { insist } from './operate.ts'
import { response, sdp } from './sip/peers/scenarios.ts'
import { type Sipp, startSipp } from './sip/peers/sipp.ts'
import type { World } from './world.ts'

/** What a carrier does with an INVITE; each says by OPTIONS that it is there. */
export type CarrierKind = 'answers' | 'fails' | 'is silent' | 'is busy'

const refusal = (status: number) => `${response(status)}<recv request="ACK" next="2"/>`
const ofInvite: Readonly<Record<CarrierKind, string>> = {
  answers: `${response(200, { body: sdp() })}<recv request="ACK"/><recv request="BYE"/>${response(200, { tag: '' }).replace('<send', '<send next="2"')}`,
  fails: refusal(503),
  'is busy': refusal(486),
  'is silent': '<pause milliseconds="60000"/>',
}
const scenarioOf = (kind: CarrierKind) =>
  `<recv request="OPTIONS" optional="true" next="1"/><recv request="INVITE"/>${ofInvite[kind]}<label id="1"/>${response(200)}<label id="2"/>`

/** Carriers for a number, tried in this order: played by SIPp, and routed to by the platform. */
export async function startCarriers(world: World, number: string, ...kinds: readonly CarrierKind[]): Promise<readonly Sipp[]> {
  const started: Sipp[] = []
  for (const [priority, kind] of kinds.entries()) {
    const port = await freePorts(2)
    started.push(await startSipp({ scenario: scenarioOf(kind), port, calls: 100, isEcho: true, timeoutSeconds: 120 }))
    const given = { type: 'sip' as const, name: kind, hostname: `127.0.0.1:${port}` }
    const { id: provider_id } = await insist(world, routeContract, 'createProvider', given)
    await insist(world, routeContract, 'createRoute', { customer_id: FIRST_CUSTOMER_ID, provider_id, target: number, priority })
  }
  return started
}

/** A seller of telephone numbers who has whichever is wanted; the settings that make the platform buy there. */
export async function openSeller(): Promise<{ readonly env: Readonly<Record<string, string>>; close(): void }> {
  const server = createServer(({ method }, answer) => {
    answer.setHeader('content-type', 'application/json')
    answer.end(JSON.stringify({ data: method === 'POST' ? { status: 'success' } : [] }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    env: {
      ...{ VOIPBIN_TELNYX_API_KEY: 'key', VOIPBIN_TELNYX_URL: `http://127.0.0.1:${port}`, VOIPBIN_OUTBOUND_ALLOW: '127.0.0.1/32' },
      VOIPBIN_CALL_WAY_TIMEOUT: '1',
    },
    close: () => server.close(),
  }
}
