import { toneSource } from '@voipbin/phone'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type CarrierKind, startCarriers } from '../carriers.ts'
import { json, post } from '../http.ts'
import { numberOf, numberRunning } from '../numbers.ts'
import { signUp } from '../people.ts'
import { type Scene, until } from '../scene.ts'
import { hears } from '../sip/hearing.ts'
import { hasProgram } from '../sip/peers/require-program.ts'
import type { Sipp } from '../sip/peers/sipp.ts'
import { timelineOf } from '../told.ts'
import type { World } from '../world.ts'
import { usePhones } from './calls.ts'

type Call = {
  readonly id: string
  readonly direction: string
  readonly status: string
  readonly hangup_reason: string
  readonly refused_by: string
  readonly destination: { readonly target: string }
}

/** Calls out: over carriers of which the first fails, and to numbers of the platform, which no carrier sees. */
export function outboundStories(scene: Scene): void {
  const { dial } = usePhones(scene)
  describe.skipIf(!hasProgram('sipp'))('over carriers', () => carrierStories(scene, dial))
  insideStories(scene, dial)
}

type Dial = ReturnType<typeof usePhones>['dial']

function carrierStories(scene: Scene, dial: Dial): void {
  const carriers: Sipp[] = []
  let last = 10_000_000
  beforeAll(() => allowKorea(scene.world))
  afterEach(() => {
    for (const carrier of carriers.splice(0)) carrier.kill()
  })
  async function numberOver(...kinds: readonly CarrierKind[]): Promise<string> {
    const number = `+8210${last++}`
    carriers.push(...(await startCarriers(scene.world, number, ...kinds)))
    return number
  }

  test.each<readonly [CarrierKind, CarrierKind]>([
    ['fails', 'answers'],
    ['is silent', 'answers'],
  ])('a carrier that %s is left for one that %s, and heard over that', async (...kinds) => {
    const number = await numberOver(...kinds)
    const call = await dial(await numberOf(scene.world, [connectTo(number)]))
    void call.audio.play(toneSource([700]))
    await hears(call, 700)
    const out = await callTo(scene.world, number, { status: 'progressing' })
    await call.hangUp()
    await callTo(scene.world, number, { status: 'hangup', hangup_reason: 'normal' })
    if (scene.world.services.includes('timeline')) await seesBothLegs(scene.world, out.id)
  })

  test('a call that is wished for twice is one, and ends as the last of its carriers said', async () => {
    const number = await numberOver('fails', 'is busy')
    const body = { destinations: [{ type: 'tel', target: number }], actions: [{ type: 'answer' }] }
    const wish = { method: 'POST', path: '/v1.0/calls', body, headers: { 'idempotency-key': crypto.randomUUID() } }
    const [first, again] = [await json(scene.world, wish), await json(scene.world, wish)]
    expect(again).toEqual(first)
    await callTo(scene.world, number, { status: 'hangup', hangup_reason: 'busy' })
  })
}

async function seesBothLegs(world: World, id: string): Promise<void> {
  const methods = async () => {
    const path = `/v1.0/timelines/calls/${id}/sip-analysis`
    const { sip_messages } = await json<{ sip_messages: { method: string; dst_port: number }[] }>(world, { method: 'GET', path })
    return sip_messages.filter(({ method }) => method === 'INVITE').map(({ dst_port }) => dst_port)
  }
  await until(async () => new Set(await methods()).size === 2, 'the INVITEs to both carriers in the timeline')
}

function insideStories(scene: Scene, dial: Dial): void {
  test('a number of another customer is reached inside: both hear each other, and each sees its own call', async () => {
    const { world } = scene
    const other = await signUp(world)
    const theirs = await numberOf(world, [{ type: 'answer' }, { type: 'echo', option: { duration: 60_000 } }], other.accessKey)
    const ours = await numberOf(world, [connectTo(theirs)])
    const call = await dial(ours)
    void call.audio.play(toneSource([700]))
    await hears(call, 700)
    const [out, inside] = [await callTo(world, theirs, { status: 'progressing' }), await callTo(world, theirs, {}, other.accessKey)]
    expect([out.direction, inside]).toMatchObject(['outgoing', { direction: 'incoming', status: 'progressing' }])
    expect(inside.id).not.toBe(out.id)
    await call.hangUp()
    await callTo(world, theirs, { status: 'hangup' })
    await callTo(world, theirs, { status: 'hangup' }, other.accessKey)
  })

  test('a number whose flow leads back to itself ends, and says why', async () => {
    const flow = await post(scene.world, '/v1.0/flows', { name: 'loop', detail: '', actions: [{ type: 'answer' }] })
    const number = await numberRunning(scene.world, flow.id)
    await json(scene.world, {
      method: 'PUT',
      path: `/v1.0/flows/${flow.id}`,
      body: { name: 'loop', detail: '', actions: [connectTo(number)] },
    })
    const calling = dial(number)
    await expect(calling).rejects.toThrow('482')
    await callTo(scene.world, number, { direction: 'outgoing', status: 'hangup', refused_by: 'NUMBER_LOOP' })
  })

  test('a host of a private network is not called for a customer, and the API and the timeline say why', async () => {
    const { world } = scene
    const target = 'x@10.0.0.5'
    await post(world, '/v1.0/calls', { destinations: [{ type: 'sip', target }], actions: [{ type: 'answer' }] })
    const refused = { status: 'hangup', hangup_reason: 'failed', refused_by: 'DESTINATION_NOT_PUBLIC' }
    const { id } = await callTo(world, target, refused)
    if (!world.services.includes('timeline')) return
    const hangup = async () => (await timelineOf(world, 'call', id)).find(({ event_type }) => event_type === 'call_hangup')
    await until(async () => (await hangup()) !== undefined, 'the end of the call in the timeline')
    expect((await hangup())?.data).toMatchObject(refused)
  })
}

const connectTo = (target: string) => ({ type: 'connect', option: { destinations: [{ type: 'tel', target }], relay_reason: true } })

/** One country, in the name of a number of the telephone network. */
async function allowKorea(world: World): Promise<void> {
  const number = await post(world, '/v1.0/numbers', { number: '+12025550123' })
  const body = { destination_whitelist: ['KR'], default_outgoing_source_number_id: number.id }
  await json(world, { method: 'PUT', path: '/v1.0/outbound_config', body })
}

/** The newest call to that number that is so. */
async function callTo(world: World, target: string, wanted: Partial<Call>, accessKey?: string): Promise<Call> {
  let found: Call | undefined
  await until(
    async () => {
      const request = { method: 'GET', path: '/v1.0/calls?page_size=20', ...(accessKey === undefined ? {} : { accessKey }) }
      const { result } = await json<{ result: Call[] }>(world, request)
      const isSo = (call: Call) => Object.entries(wanted).every(([field, value]) => call[field as keyof Call] === value)
      found = result.find((call) => call.destination.target === target && isSo(call))
      return found !== undefined
    },
    `a call to ${target} that is ${JSON.stringify(wanted)}`,
  )
  if (!found) throw new Error('unreachable')
  return found
}
