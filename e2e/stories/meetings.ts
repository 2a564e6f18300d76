import { type PhoneCall, toneSource } from '@voipbin/phone'
import { expect, test } from 'vitest'
import { attempt, json, send } from '../http.ts'
import { numberOf, switchAddress } from '../numbers.ts'
import { signUp } from '../people.ts'
import { type Scene, until } from '../scene.ts'
import { hears, hearsNothing } from '../sip/hearing.ts'
import type { World } from '../world.ts'
import { type Extension, meet, usePhones } from './calls.ts'

type Phones = ReturnType<typeof usePhones>
type Groupcall = { readonly id: string; readonly status: string; readonly answer_call_id: string; readonly call_ids: readonly string[] }
type Call = { readonly id: string; readonly status: string; readonly hangup_reason: string }

const ECHO = { type: 'echo', option: { duration: 60_000 } }

/** Who rings for whom, who wins, and who is told what: groupcalls, connected calls, and tenants that share names. */
export function meetingStories(scene: Scene): void {
  const phones = usePhones(scene)
  groupStories(scene, phones)
  connectStories(scene, phones)
  tenantStories(scene, phones)
}

function groupStories(scene: Scene, { extension }: Phones): void {
  const group = (ring_method: string, ...callees: readonly Extension[]) =>
    json<Groupcall>(scene.world, {
      ...{ method: 'POST', path: '/v1.0/groupcalls' },
      body: { ring_method, answer_method: 'hangup_others', destinations: callees.map(toExtension), actions: [{ type: 'answer' }, ECHO] },
    })

  test('of a group that all rings, the first to answer runs the flow, and the others are told that it was taken elsewhere', async () => {
    const callees = [await extension(), await extension(), await extension()]
    const { id } = await group('ring_all', ...callees)
    const [winner, ...losers] = await Promise.all(callees.map(({ phone }) => phone.nextCall()))
    winner?.answer()
    await isSentBack(winner)
    for (const loser of losers)
      expect(await loser.until('ended')).toMatchObject({ by: 'remote', reason: expect.stringContaining('completed elsewhere') })
    const { answer_call_id, call_ids } = await groupcall(scene.world, id)
    expect(call_ids).toHaveLength(3)
    expect(call_ids).toContain(answer_call_id)
    await winner?.hangUp()
    await until(async () => (await groupcall(scene.world, id)).status === 'hangup', 'the groupcall to end')
  })

  test('of those that answer in the same moment, one is heard and all others are hung up', async () => {
    const callees = [await extension(), await extension(), await extension()]
    const { id } = await group('ring_all', ...callees)
    const calls = await Promise.all(callees.map(({ phone }) => phone.nextCall()))
    for (const call of calls) call.answer()
    await until(async () => calls.filter(({ ended }) => ended === undefined).length === 1, 'all but one to be hung up')
    await isSentBack(calls.find(({ ended }) => ended === undefined))
    const { answer_call_id, call_ids } = await groupcall(scene.world, id)
    const made = await Promise.all(call_ids.map((each) => json<Call>(scene.world, { method: 'GET', path: `/v1.0/calls/${each}` })))
    expect(made.filter(({ status }) => status === 'progressing').map((call) => call.id)).toEqual([answer_call_id])
  })

  test('of a linear group, the next rings when the one before has refused', async () => {
    const [first, second] = [await extension(), await extension()]
    await group('linear', first, second)
    const refused = await first.phone.nextCall()
    expect(second.phone.calls).toEqual([])
    refused.reject(486)
    const taken = await second.phone.nextCall()
    taken.answer()
    await isSentBack(taken)
    await taken.hangUp()
  })

  test('the API calls a SIP address, whose phone hears the flow', async () => {
    const { phone } = await extension()
    const destinations = [{ type: 'sip', target: phone.address.replace('sip:', '') }]
    await json(scene.world, { method: 'POST', path: '/v1.0/calls', body: { destinations, actions: [{ type: 'answer' }, ECHO] } })
    const call = await phone.nextCall()
    call.answer()
    await isSentBack(call)
    await call.hangUp()
  })
}

function connectStories(scene: Scene, { ring, dial, extension }: Phones): void {
  const numberTo = (callee: Extension, option: object = {}) =>
    numberOf(scene.world, [{ type: 'connect', option: { destinations: [toExtension(callee)], relay_reason: true, ...option } }])

  test.each([
    ['is busy', 486, '486'],
    ['refuses', 603, '403'],
    ['is not there', 480, '480'],
  ])('who is connected to somebody that %s is told so', async (_what, status, told) => {
    const callee = await extension()
    const calling = dial(await numberTo(callee))
    calling.catch(() => undefined)
    ;(await callee.phone.nextCall()).reject(status)
    await expect(calling).rejects.toThrow(told)
  })

  test('what a callee lets be heard before it answers is heard where the flow wants it, and both hear each other at once', async () => {
    const callee = await extension()
    const call = await ring(await numberTo(callee, { early_media: true }))
    const incoming = await callee.phone.nextCall()
    incoming.progress()
    void incoming.audio.play(toneSource([500]))
    await hears(call, 500)
    expect(call.isAnswered).toBe(false)
    incoming.answer()
    await call.answered()
    void call.audio.play(toneSource([700]))
    await Promise.all([hears(call, 500), hears(incoming, 700)])
    await incoming.hangUp()
    await call.until('ended')
  })

  test('who gives up while it rings stops the ringing', async () => {
    const callee = await extension()
    const call = await ring(await numberTo(callee))
    const incoming = await callee.phone.nextCall()
    incoming.ring()
    await call.until('ringing')
    await call.hangUp()
    expect(await incoming.until('ended')).toMatchObject({ by: 'remote' })
  })

  test('one extension calls another: either holds the other, and takes it back', async () => {
    const [caller, callee] = [await extension(), await extension()]
    const calling = (await caller.phone.dial(callee.user)).answered()
    const { call, incoming } = await meet(calling, callee)
    for (const [holder, held, tone] of [
      [call, incoming, 700],
      [incoming, call, 500],
    ] as const) {
      expect(await holder.renegotiate({ direction: 'inactive' })).toBe(200)
      await hearsNothing(holder)
      expect(await holder.resume()).toBe(200)
      await hears(held, tone)
    }
    await call.hangUp()
    await incoming.until('ended')
  })
}

function tenantStories(scene: Scene, { open, extension }: Phones): void {
  test('two tenants have the same extensions, and each rings and is rung in its own', async () => {
    const { world } = scene
    const owners = await Promise.all([signUp(world), signUp(world)])
    const sides = await Promise.all(
      owners.map(async (owner) => ({
        owner,
        caller: await extension({ user: '1000', owner }),
        callee: await extension({ user: '2000', owner }),
      })),
    )
    for (const side of sides) {
      const calling = (await side.caller.phone.dial('2000')).answered()
      const incoming = await side.callee.phone.nextCall()
      incoming.answer()
      const call = await calling
      void call.audio.play(toneSource([700]))
      await hears(incoming, 700)
      await call.hangUp()
    }
    expect(sides.map(({ callee }) => callee.phone.calls.length)).toEqual([1, 1])
    for (const { owner } of sides) {
      const { result } = await json<{ result: unknown[] }>(world, { method: 'GET', path: '/v1.0/calls', accessKey: owner.accessKey })
      expect(result).toHaveLength(2)
    }
  })

  test('what is one tenant’s rings, calls and registers for no other', async () => {
    const { world } = scene
    const [one, other] = await Promise.all([signUp(world), signUp(world)])
    const theirs = await extension({ user: '3000', owner: one })
    // A password is good in its own domain only.
    const domain = `${other.customer_id}.registrar.voipbin.test`
    const registrar = `sip:${switchAddress(world)}`
    const stranger = await open({ user: '3000', password: theirs.password, registrar, domain })
    await expect(stranger.register()).rejects.toThrow()
    // Nor does a call of the other reach it, by its id or by its name.
    for (const target of [theirs.id, '3000']) {
      const body = { destinations: [{ type: 'extension', target }], actions: [ECHO] }
      await attempt(world, { method: 'POST', path: '/v1.0/calls', body, accessKey: other.accessKey }, '')
    }
    const number = await numberOf(world, [ECHO], one.accessKey)
    const body = { source: { type: 'tel', target: number }, destinations: [{ type: 'tel', target: '+821012345678' }], actions: [ECHO] }
    const refused = await send(world, { method: 'POST', path: '/v1.0/calls', body, accessKey: other.accessKey })
    expect([refused.status, refused.text]).toEqual([403, expect.stringMatching('IDENTITY_VERIFICATION_REQUIRED|DESTINATION_NOT_ALLOWED')])
    await until(async () => {
      const path = '/v1.0/groupcalls'
      const { result } = await json<{ result: Groupcall[] }>(world, { method: 'GET', path, accessKey: other.accessKey })
      return result.every(({ status }) => status === 'hangup')
    }, 'its groupcalls to end')
    expect(theirs.phone.calls).toEqual([])
  })
}

const toExtension = ({ id }: Extension) => ({ type: 'extension', target: id })
const groupcall = (world: World, id: string) => json<Groupcall>(world, { method: 'GET', path: `/v1.0/groupcalls/${id}` })

async function isSentBack(call: PhoneCall | undefined): Promise<void> {
  if (!call) throw new TypeError('There is no call')
  void call.audio.play(toneSource([700]))
  await hears(call, 700)
}
