import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Phone, type PhoneCall, type PhoneOptions, toneSource } from '@voipbin/phone'
import { afterEach, expect, test } from 'vitest'
import type { AppProcess } from '../app-process.ts'
import { send } from '../http.ts'
import type { Scene } from '../scene.ts'
import { hears } from '../sip/hearing.ts'
import { restartEnded, type World } from '../world.ts'

type Call = {
  readonly id: string
  readonly status: string
  readonly hangup_reason: string
  readonly hangup_by: string
  readonly activeflow_id: string
}

/** Phones of a test, closed after it. */
function usePhones(scene: Scene) {
  const phones: Phone[] = []
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()))
  })
  const switchAddress = () => sipAddress(scene.world.of('switch').find(({ isRunning }) => isRunning))

  async function open(options: PhoneOptions): Promise<Phone> {
    const phone = await Phone.open(options)
    phones.push(phone)
    return phone
  }

  async function dial(number: string): Promise<PhoneCall> {
    const phone = await open({ user: 'caller' })
    return (await phone.dial(`sip:${number}@${switchAddress()}`)).answered()
  }

  /** A phone of the first customer, registered. */
  async function extension(): Promise<{ readonly id: unknown; readonly user: string; readonly phone: Phone }> {
    const user = `e${String(Date.now()).slice(-8)}${last++}`
    const { id, password } = await post(scene.world, '/v1.0/extensions', { extension: user })
    const phone = await open({ user, password: String(password), registrar: `sip:${switchAddress()}` })
    await phone.register()
    return { id, user, phone }
  }

  return { dial, extension }
}

/** A flow of a number is heard by a phone, and seen in the API; what is killed leaves no call behind. */
export function callStories(scene: Scene): void {
  const { dial, extension } = usePhones(scene)
  flowStories(scene, dial)
  extensionStories(scene, dial, extension)
  killStories(scene, dial)
}

type Dial = ReturnType<typeof usePhones>['dial']

function flowStories(scene: Scene, dial: Dial): void {
  test('a number answers, its flow is heard, and the call is told of as it was', async () => {
    const number = await numberOf(scene.world, [{ type: 'answer' }, { type: 'echo', option: { duration: 60_000 } }])
    const call = await dial(number)
    void call.audio.play(toneSource([700]))
    await hears(call, 700)
    expect(await lastCall(scene.world)).toMatchObject({ status: 'progressing' })
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
    const calling = dial(number)
    const incoming = await callee.phone.nextCall()
    incoming.answer()
    const call = await calling
    void call.audio.play(toneSource([700]))
    void incoming.audio.play(toneSource([500]))
    await Promise.all([hears(call, 500), hears(incoming, 700)])
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

function killStories(scene: Scene, dial: Dial): void {
  test.each(['flow', 'call'])('kill -9 of %s: its calls go on or end, and none is stuck', async (service) => {
    await dial(await numberOf(scene.world, [{ type: 'answer' }, { type: 'sleep', option: { duration: 3000 } }, { type: 'hangup' }]))
    await untilCall(scene.world, { status: 'progressing' })
    const killed = scene.world.of(service)
    await Promise.all(killed.map((process) => process.kill()))
    await restartEnded(scene.world)
    await untilCall(scene.world, { status: 'hangup' })
  })

  test('kill -9 of the switch: its calls are over within ten seconds, with a reason', async () => {
    await dial(await numberOf(scene.world, [{ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } }]))
    await untilCall(scene.world, { status: 'progressing' })
    await Promise.all(scene.world.of('switch').map((process) => process.kill()))
    const since = performance.now()
    if (scene.world.kind === 'single') await restartEnded(scene.world)
    await untilCall(scene.world, { status: 'hangup', hangup_by: 'local' })
    expect(performance.now() - since).toBeLessThan(LOST_MS)
    await restartEnded(scene.world)
  })
}

/** Ten seconds from the last that was heard of it, and some for a machine that is busy. */
const LOST_MS = 15_000
const PATIENCE_MS = 30_000

function sipAddress(process: AppProcess | undefined): string {
  const text = process ? readFileSync(join(process.plan.folder, 'process.log'), 'utf8') : ''
  const found = [...text.matchAll(/SIP\s+udp:(\S+)/g)].at(-1)?.[1]
  if (!found) throw new Error('No switch has said where it listens')
  return found
}

let last = 0

/** A virtual number of the first customer that runs these actions. */
async function numberOf(world: World, actions: object[]): Promise<string> {
  const flow = await post(world, '/v1.0/flows', { name: 'e2e', detail: '', actions })
  const number = `+8992${String(Date.now()).slice(-6)}${String(last++ % 100).padStart(2, '0')}`
  await post(world, '/v1.0/numbers', { number, call_flow_id: flow['id'] })
  return number
}

async function post(world: World, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await send(world, { method: 'POST', path, body }, PATIENCE_MS)
  expect([path, answer.status, answer.text]).toEqual([path, 200, expect.any(String)])
  return JSON.parse(answer.text) as Record<string, unknown>
}

async function get<T = Record<string, unknown>>(world: World, path: string): Promise<T> {
  return JSON.parse((await send(world, { method: 'GET', path }, PATIENCE_MS)).text) as T
}

async function lastCall(world: World): Promise<Call> {
  const { result } = await get<{ result: Call[] }>(world, '/v1.0/calls?page_size=1')
  if (!result[0]) throw new Error('There is no call')
  return result[0]
}

/** The newest call, once it is so. */
async function untilCall(world: World, wanted: Partial<Call>): Promise<Call> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const call = await lastCall(world).catch(() => undefined)
    const isSo = call && Object.entries(wanted).every(([field, value]) => call[field as keyof Call] === value)
    if (isSo) return call
    if (performance.now() > deadline) throw new Error(`The call is not as expected: ${JSON.stringify(call)}`)
    await pause(100)
  }
}
