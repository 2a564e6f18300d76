import { setTimeout as pause } from 'node:timers/promises'
import { callContract } from '@voipbin/contracts/call'
import type { Call } from '@voipbin/contracts/call-entities'
import { flowContract } from '@voipbin/contracts/flow'
import { timelineContract } from '@voipbin/contracts/timeline'
import { webhookContract } from '@voipbin/contracts/webhook'
import { SAMPLE_RATE_HZ, writeWav } from '@voipbin/phone'
import { type Receiver, startReceiver } from '@voipbin/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Callers, dialUntilTaken, type LightCall, openCallers, untilOver } from '../callers.ts'
import { attempt, json } from '../http.ts'
import { numberOf, switchAddress } from '../numbers.ts'
import { untilAcknowledged } from '../operate.ts'
import { type Scene, until } from '../scene.ts'
import { heardOf, listCalls, recordedOf, untilAll } from '../told.ts'
import { restartEnded, type World } from '../world.ts'
import { deadLetters } from './listener.ts'

/** The numbers of a scene, by what their flows wait for. */
type Numbers = Readonly<Record<'echo' | 'digit' | 'nap' | 'prompt' | 'sleep', string>>

const NAP_MS = 5000
/** Between what two callers do, so that some of it falls into each death. */
const STEP_MS = 800
/** What happens meanwhile is tried then, 1, 6 and 36 s later. */
const AWAY_MS = 10_000
/** Six seconds of it. */
const prompt = writeWav(new Int16Array(6 * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
const CALLS_A_KIND = 10
/** Ten seconds from the last that was heard of it, and some for a machine that is busy. */
const LOST_MS = 15_000

/** Where services die alone: no call is stuck, and of each all is told, once and in order. */
export function liveCallStories(scene: Scene): void {
  const stage = useStage(scene)
  test(`kill -9 of flow, of call, of webhook during ${5 * CALLS_A_KIND} calls, the receiver away: each goes on, ends and is told of`, async () => {
    const { world } = scene
    const live = await stage.dialAll(CALLS_A_KIND)
    await Promise.all([liveOn(world, live), killInTurn(world), goAway(stage.receiver)])
    const all = Object.values(live).flat()
    await untilOver(all)
    const ended = await untilAll(world, 'hangup', all)
    for (const [kind, hangup_by] of Object.entries({ echo: 'remote', digit: 'local', nap: 'local', prompt: 'local', sleep: 'local' })) {
      const found = live[kind as keyof Numbers].map(({ from }) => ended.get(from))
      expect([kind, found.map((call) => call && [call.hangup_by, call.hangup_reason])]).toEqual([
        kind,
        found.map(() => [hangup_by, 'normal']),
      ])
    }
    await expectTold(world, stage.receiver, [...ended.values()])
    // Those too that the switch refused because nobody answered it in time.
    await until(async () => (await listCalls(world)).every(({ status }) => status === 'hangup'), 'no call to be left')
  })
  switchStories(scene, stage)
}

/** Where everything dies at once. */
export const lostCallStories = (scene: Scene): void => switchStories(scene, useStage(scene))

function switchStories(scene: Scene, stage: ReturnType<typeof useStage>): void {
  test('kill -9 of the switch: its calls are over within ten seconds, with a reason, and told of', async () => {
    const { world } = scene
    const live = await stage.dialAll(2)
    await untilAll(world, 'progressing', Object.values(live).flat())
    await Promise.all(world.of('switch').map((process) => process.kill()))
    if (world.kind === 'single') await restartEnded(world)
    const since = performance.now()
    const ended = await untilAll(world, 'hangup', Object.values(live).flat())
    expect(performance.now() - since).toBeLessThan(LOST_MS)
    for (const { hangup_by, hangup_reason } of ended.values()) expect([hangup_by, hangup_reason]).toEqual(['local', 'failed'])
    await restartEnded(world)
    await expectTold(world, stage.receiver, [...ended.values()])
  })
}

type Live = Readonly<Record<keyof Numbers, readonly LightCall[]>>

/** A receiver of the first customer's webhooks, and callers of its numbers. */
function useStage(scene: Scene) {
  let receiver: Receiver
  let prompts: Receiver
  let callers: Callers
  let numbers: Numbers
  beforeAll(async () => {
    const { world } = scene
    ;[receiver, prompts] = await Promise.all([startReceiver(), startReceiver((response) => void response.writeHead(200).end(prompt))])
    callers = await openCallers(() => switchAddress(world))
    const body = { webhook_uri: receiver.uri, webhook_method: 'POST' }
    await json(world, { method: 'PUT', path: '/v1.0/customer', body })
    const answered = (type: string, option: object) => numberOf(world, [{ type: 'answer' }, { type, option }, { type: 'hangup' }])
    numbers = {
      echo: await answered('echo', { duration: 100_000 }),
      digit: await answered('digits_receive', { duration: 100_000, length: 1 }),
      nap: await answered('sleep', { duration: NAP_MS }),
      prompt: await answered('play', { stream_urls: [`${prompts.uri}/prompt.wav`] }),
      sleep: await answered('sleep', { duration: 100_000 }),
    }
  })
  afterAll(async () => {
    callers.close()
    await Promise.all([receiver.close(), prompts.close()])
  })

  async function dialAll(each: number): Promise<Live> {
    const dial = (number: string) => Promise.all(Array.from({ length: each }, () => dialUntilTaken(callers, number)))
    const live = await Promise.all(Object.entries(numbers).map(async ([kind, number]) => [kind, await dial(number)] as const))
    return Object.fromEntries(live) as unknown as Live
  }
  return {
    dialAll,
    get receiver() {
      return receiver
    },
  }
}

/** What calls live through while services die under them. */
async function liveOn(world: World, { echo, digit, sleep }: Live): Promise<void> {
  for (let index = 0; index < CALLS_A_KIND; index++) {
    await pause(STEP_MS)
    echo[index]?.hangUp()
    digit[index]?.press('1')
  }
  const ids = new Map((await listCalls(world)).map(({ source, id }) => [source.target, id]))
  await Promise.all(
    sleep.map(({ from }) => {
      const request = { method: 'POST', path: `/v1.0/calls/${ids.get(from)}/hangup` }
      return untilAcknowledged('the hang-up', (key) => attempt(world, request, key))
    }),
  )
}

/** Its log of retries is another story's. */
async function goAway(receiver: Receiver): Promise<void> {
  await receiver.close()
  await pause(AWAY_MS)
  await receiver.reopen()
}

/** One of each, where the other takes over; then both of each. */
async function killInTurn(world: World): Promise<void> {
  const services = ['flow', 'call', 'webhook']
  await Promise.all(services.map((service) => world.of(service)[0]?.kill()))
  await restartEnded(world)
  for (const service of services) {
    await Promise.all(world.of(service).map((process) => process.kill()))
    await restartEnded(world)
  }
}

/** The receiver and the timeline tell the same of each call: from its beginning to its end, each event once, in order. */
async function expectTold(world: World, receiver: Receiver, calls: readonly Call[]): Promise<void> {
  const isTold = ({ id }: Call) => heardOf(receiver.received, 'call', id).at(-1)?.startsWith('call_hangup')
  await until(() => calls.every(isTold), 'every end to be told of').catch(() => undefined)
  for (const { id, activeflow_id } of calls) {
    const heard = heardOf(receiver.received, 'call', id)
    const types = heard.map((each) => each.split(' ')[0])
    for (const type of ['call_created', 'call_progressing', 'call_hangup'])
      expect([type, types.filter((each) => each === type).length]).toEqual([type, 1])
    expect([types[0], types.at(-1)]).toEqual(['call_created', 'call_hangup'])
    await until(async () => (await recordedOf(world, 'call', id)).length >= heard.length, 'the timeline').catch(() => undefined)
    expect(await recordedOf(world, 'call', id)).toEqual(heard)
    expect(await json(world, { method: 'GET', path: `/v1.0/activeflows/${activeflow_id}` })).toMatchObject({
      status: 'ended',
      reference_id: id,
    })
  }
  for (const contract of [callContract, flowContract, webhookContract, timelineContract])
    expect([contract.service, await deadLetters({ world }, contract)]).toEqual([contract.service, []])
}
