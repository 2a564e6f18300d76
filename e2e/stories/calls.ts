import { setTimeout as pause } from 'node:timers/promises'
import { Phone, type PhoneCall, type PhoneOptions, toneSource } from '@voipbin/phone'
import { afterEach, expect, test } from 'vitest'
import { get, json, send } from '../http.ts'
import { numberOf, switchAddress } from '../numbers.ts'
import type { Person } from '../people.ts'
import type { Scene } from '../scene.ts'
import { hears } from '../sip/hearing.ts'
import type { World } from '../world.ts'

type Call = {
  readonly id: string
  readonly status: string
  readonly hangup_reason: string
  readonly hangup_by: string
  readonly activeflow_id: string
}

let last = 0

/** Phones of a test, closed after it. */
export function usePhones(scene: Scene) {
  const phones: Phone[] = []
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()))
  })

  async function open(options: PhoneOptions): Promise<Phone> {
    const phone = await Phone.open(options)
    phones.push(phone)
    return phone
  }

  /** Before anybody answers. */
  async function ring(number: string): Promise<PhoneCall> {
    const phone = await open({ user: 'caller' })
    return phone.dial(`sip:${number}@${switchAddress(scene.world)}`)
  }
  const dial = async (number: string) => (await ring(number)).answered()

  /** A phone, registered: of the first customer, or of whose key it is, in that customer's domain. */
  async function extension({ user = `e${String(Date.now()).slice(-8)}${last++}`, owner }: Registered = {}): Promise<Extension> {
    const body = { extension: user }
    const accessKey = owner && { accessKey: owner.accessKey }
    const { id, password } = await json<{ id: string; password: string }>(scene.world, {
      ...{ method: 'POST', path: '/v1.0/extensions', body, ...accessKey },
    })
    const domain = owner && { domain: `${owner.customer_id}.registrar.voipbin.test` }
    const phone = await open({ user, password, registrar: `sip:${switchAddress(scene.world)}`, ...domain })
    await phone.register()
    return { id, user, password, phone }
  }

  return { open, ring, dial, extension }
}
type Registered = { readonly user?: string; readonly owner?: Pick<Person, 'accessKey' | 'customer_id'> }
export type Extension = { readonly id: string; readonly user: string; readonly password: string; readonly phone: Phone }

/** Answers who calls, and both hear each other: the caller says 700 Hz, the callee 500. @returns the sides of both */
export async function meet(
  calling: Promise<PhoneCall>,
  callee: Extension,
): Promise<{ readonly call: PhoneCall; readonly incoming: PhoneCall }> {
  const incoming = await callee.phone.nextCall()
  incoming.answer()
  const call = await calling
  void call.audio.play(toneSource([700]))
  void incoming.audio.play(toneSource([500]))
  await Promise.all([hears(call, 500), hears(incoming, 700)])
  return { call, incoming }
}

/** A flow of a number is heard by a phone, and seen in the API. */
export function callStories(scene: Scene): void {
  const { dial, extension } = usePhones(scene)
  flowStories(scene, dial)
  extensionStories(scene, dial, extension)
}

type Dial = ReturnType<typeof usePhones>['dial']

function flowStories(scene: Scene, dial: Dial): void {
  test('a number answers, its flow is heard, and the call is told of as it was', async () => {
    const number = await numberOf(scene.world, [{ type: 'answer' }, { type: 'echo', option: { duration: 60_000 } }])
    const call = await dial(number)
    void call.audio.play(toneSource([700]))
    await hears(call, 700)
    await untilCall(scene.world, { status: 'progressing' })
    await call.hangUp()
    await untilCall(scene.world, { status: 'hangup', hangup_by: 'remote', hangup_reason: 'normal' })
    const { id, activeflow_id } = await lastCall(scene.world)
    expect(await get(scene.world, `/v1.0/activeflows/${activeflow_id}`)).toMatchObject({
      status: 'ended',
      reference_id: id,
      end_reason: 'hangup',
    })
  })

  test('digits choose, also those that were pressed ahead', async () => {
    const ids = { one: crypto.randomUUID(), two: crypto.randomUUID() }
    const number = await numberOf(scene.world, [
      { type: 'answer' },
      { type: 'digits_receive', option: { duration: 20_000, length: 2 } },
      { type: 'digits_receive', option: { duration: 20_000, length: 1 } },
      { type: 'branch', option: { target_ids: { 1: ids.one, 2: ids.two }, default_target_id: ids.one } },
      { type: 'hangup', id: ids.one, option: { reason: 'normal' } },
      { type: 'echo', id: ids.two, option: { duration: 60_000 } },
    ])
    const call = await dial(number)
    await call.sendDigits('992')
    void call.audio.play(toneSource([600]))
    await hears(call, 600)
    await call.hangUp()
  })

  test('a call is hung up through the API', async () => {
    const call = await dial(await numberOf(scene.world, [{ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } }]))
    const { id } = await untilCall(scene.world, { status: 'progressing' })
    expect((await send(scene.world, { method: 'POST', path: `/v1.0/calls/${id}/hangup` })).status).toBe(200)
    await call.until('ended')
    await untilCall(scene.world, { status: 'hangup', hangup_by: 'local' })
  })

  test('a stranger who asks for a number of nobody is asked who he is', async () => {
    await expect(dial('+899123123123')).rejects.toThrow('401')
  })
}

function extensionStories(scene: Scene, dial: Dial, extension: ReturnType<typeof usePhones>['extension']): void {
  test('a number rings an extension: both hear each other, and who hangs up ends both', async () => {
    const callee = await extension()
    const number = await numberOf(scene.world, [{ type: 'connect', option: { destinations: [{ type: 'extension', target: callee.id }] } }])
    const { call, incoming } = await meet(dial(number), callee)
    await call.hangUp()
    await incoming.until('ended')
    await untilCall(scene.world, { status: 'hangup' })
  })

  test('an extension calls another by its name, and is told when that is busy', async () => {
    const [caller, callee] = [await extension(), await extension()]
    const calling = (await caller.phone.dial(callee.user)).answered()
    calling.catch(() => undefined)
    const incoming = await callee.phone.nextCall()
    incoming.reject(486)
    await expect(calling).rejects.toThrow('486')
  })
}

const PATIENCE_MS = 30_000

async function lastCall(world: World): Promise<Call> {
  const { result } = await get<{ result: Call[] }>(world, '/v1.0/calls?page_size=1')
  if (!result[0]) throw new Error('There is no call')
  return result[0]
}

/** The newest call, once it is so. */
export async function untilCall(world: World, wanted: Partial<Call>): Promise<Call> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const call = await lastCall(world).catch(() => undefined)
    const isSo = call && Object.entries(wanted).every(([field, value]) => call[field as keyof Call] === value)
    if (isSo) return call
    if (performance.now() > deadline) throw new Error(`The call is not as expected: ${JSON.stringify(call)}`)
    await pause(100)
  }
}
