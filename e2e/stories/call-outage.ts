import { setTimeout as pause } from 'node:timers/promises'
import type { Call } from '@voipbin/contracts/call-entities'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Callers, dialUntilTaken, type LightCall, openCallers, untilOver } from '../callers.ts'
import { attempt } from '../http.ts'
import { numberOf, switchAddress } from '../numbers.ts'
import { untilAcknowledged } from '../operate.ts'
import { deliveriesOf, logOf, type Subscriber, subscribe } from '../receivers.ts'
import { type Scene, until } from '../scene.ts'
import { heardOf, listCalls, recordedOf, requestsOf, untilAll } from '../told.ts'
import type { World } from '../world.ts'

const DOWN_MS = 60_000
/** What happens from now on is tried 1, 6 and 36 s later: for the last time when the receiver is back. Before it, two minutes later. */
const LATE_MS = 30_000
const EACH = 3
/** What remains of one call when all have been told of to the end. */
const AGREE_MS = 10_000

/** Ends more than a minute later: other stories run while the receiver is down and calls go on. */
export type CallOutage = { begin(): void; end(): void }

type Cast = {
  readonly ann: Subscriber
  /** A number that sends back what it hears, one that waits for a digit, one that ends by itself. */
  readonly numbers: { readonly echo: string; readonly digit: string; readonly brief: string }
}
type Calls = Readonly<Record<'hungUp' | 'pressed' | 'ended' | 'begun' | 'outliving', readonly LightCall[]>> & { readonly early: LightCall }

/** A minute without the receiver of a customer whose calls begin, go on and end meanwhile. */
export function outageDuringCalls(scene: Scene): CallOutage {
  let callers: Callers
  let cast: Cast
  let happened: Promise<Calls>
  return {
    begin() {
      beforeAll(async () => {
        callers = await openCallers(() => switchAddress(scene.world))
      })
      test('a receiver goes down while calls talk', async () => {
        cast = await openCast(scene.world)
        const live = await dialHeld(callers, cast)
        const calls = await untilAll(scene.world, 'progressing', Object.values(live).flat(), cast.ann.accessKey)
        await settled(scene.world, cast.ann, [...calls.values()])
        await cast.ann.receiver.close()
        happened = outage(scene.world, cast, { callers, live })
        // Nobody listens before the end.
        happened.catch(() => undefined)
      })
    },
    end() {
      test('calls did not notice that their receiver was down for a minute, and it was told of each: all, in order, once', async () => {
        const { early, ...late } = await happened
        const found = await untilAll(scene.world, 'hangup', [...Object.values(late).flat(), early], cast.ann.accessKey)
        expectEnds(found, late)
        const calls = Object.values(late).flatMap((each) => each.flatMap(({ from }) => found.get(from) ?? []))
        await expectTold(scene.world, cast.ann, calls)
        await expectWaiting(scene.world, cast.ann, found.get(early.from)?.id ?? '')
        await cast.ann.receiver.close()
      })
      afterAll(() => callers.close())
    },
  }
}

async function openCast(world: World): Promise<Cast> {
  const ann = await subscribe(world)
  const answered = (type: string, option: object) =>
    numberOf(world, [{ type: 'answer' }, { type, option }, { type: 'hangup' }], ann.accessKey)
  const numbers = {
    echo: await answered('echo', { duration: 300_000 }),
    digit: await answered('digits_receive', { duration: 300_000, length: 1 }),
    brief: await answered('sleep', { duration: 2000 }),
  }
  return { ann, numbers }
}

async function dialHeld(callers: Callers, { numbers }: Cast) {
  const dial = (number: string, count = EACH) => Promise.all(Array.from({ length: count }, () => dialUntilTaken(callers, number)))
  const { echo, digit } = numbers
  const dialling = [dial(echo), dial(digit), dial(echo), dial(echo), dial(echo, 1)] as const
  const [hungUp, pressed, ended, outliving, early] = await Promise.all(dialling)
  return { hungUp, pressed, ended, outliving, early }
}

/** All of the beginnings has been told of: each call has come to the action that keeps it, and nothing is still on its way. */
async function settled(world: World, ann: Subscriber, calls: readonly Call[]): Promise<void> {
  const { received } = ann.receiver
  const isKept = ({ id }: Call) => heardOf(received, 'call', id).some((each) => / progressing (echo|digits_receive) /.test(each))
  const isAgreed = async ({ activeflow_id }: Call) => {
    const recorded = await recordedOf(world, 'activeflow', activeflow_id, ann.accessKey)
    return String(recorded) === String(heardOf(received, 'activeflow', activeflow_id))
  }
  const isQuiet = async () => (await deliveriesOf(world, ann, 'state=waiting')).length === 0 && ann.receiver.underWay() === 0
  await until(async () => calls.every(isKept) && (await isQuiet()), 'the beginnings')
  await until(async () => (await Promise.all(calls.map(isAgreed))).every(Boolean) && (await isQuiet()), 'the beginnings of their flows')
}

type Act = { readonly callers: Callers; readonly live: Awaited<ReturnType<typeof dialHeld>> }

async function outage(world: World, cast: Cast, { callers, live }: Act): Promise<Calls> {
  const since = performance.now()
  const { ann } = cast
  const { early, ...held } = live
  const [first] = early
  if (!first) throw new Error('Nobody calls')
  first.hangUp()
  const [begun] = await Promise.all([
    goOn(world, cast, { callers, held, since }),
    pause(DOWN_MS - (performance.now() - since)).then(() => ann.receiver.reopen()),
  ])
  for (const call of held.outliving) call.hangUp()
  return { ...held, begun, early: first }
}

type Held = Omit<Act['live'], 'early'>

/** Everything that a call may do, seen to be done while nobody can be told of it. @returns the calls that began meanwhile */
async function goOn(
  world: World,
  { ann, numbers }: Cast,
  { callers, held, since }: { readonly callers: Callers; readonly held: Held; readonly since: number },
): Promise<readonly LightCall[]> {
  const { hungUp, pressed, ended } = held
  await pause(LATE_MS - (performance.now() - since))
  const begun = Promise.all(Array.from({ length: EACH }, () => dialUntilTaken(callers, numbers.brief)))
  for (const call of hungUp) call.hangUp()
  for (const call of pressed) call.press('1')
  const ids = new Map((await listCalls(world, ann.accessKey)).map(({ source, id }) => [source.target, id]))
  for (const { from } of ended) {
    const request = { method: 'POST', path: `/v1.0/calls/${ids.get(from)}/hangup`, accessKey: ann.accessKey }
    await untilAcknowledged('the hang-up', (key) => attempt(world, request, key))
  }
  const over = [...hungUp, ...pressed, ...ended, ...(await begun)]
  await untilOver(over)
  await untilAll(world, 'hangup', over, ann.accessKey)
  await untilAll(world, 'progressing', held.outliving, ann.accessKey)
  expect(performance.now() - since, 'all of it while the receiver was down').toBeLessThan(DOWN_MS)
  return begun
}

function expectEnds(found: ReadonlyMap<string, Call>, calls: Omit<Calls, 'early'>): void {
  const by = { hungUp: 'remote', pressed: 'local', ended: 'local', begun: 'local', outliving: 'remote' } as const
  for (const [kind, hangup_by] of Object.entries(by)) {
    const ends = calls[kind as keyof typeof by].map(({ from }) => found.get(from))
    expect([kind, ends.map((call) => [call?.hangup_by, call?.hangup_reason])]).toEqual([kind, ends.map(() => [hangup_by, 'normal'])])
  }
}

/** Of each call and its activeflow the receiver has had what the timeline has, to the end, and each of it by one request. */
async function expectTold(world: World, ann: Subscriber, calls: readonly Call[]): Promise<void> {
  const { receiver, accessKey } = ann
  const isTold = ({ id }: Call) => heardOf(receiver.received, 'call', id).at(-1)?.startsWith('call_hangup')
  await until(() => calls.every(isTold), 'every end to be told of').catch(() => undefined)
  for (const { id, activeflow_id } of calls) {
    for (const [kind, resource] of [['call', id] as const, ['activeflow', activeflow_id] as const]) {
      const [heard, recorded] = [() => heardOf(receiver.received, kind, resource), () => recordedOf(world, kind, resource, accessKey)]
      // What differs says more than that it did so for too long.
      await until(async () => String(await recorded()) === String(heard()), 'both to agree', AGREE_MS).catch(() => undefined)
      expect(heard()).toEqual(await recorded())
      expect(requestsOf(receiver.received, kind, resource)).toHaveLength(heard().length)
      const log = await deliveriesOf(world, ann, `resource_id=${resource}`)
      expect(log.map(({ state }) => state)).toEqual(heard().map(() => 'delivered'))
    }
    const types = heardOf(receiver.received, 'call', id).map((each) => each.split(' ')[0])
    expect([types[0], types.at(-1)]).toEqual(['call_created', 'call_hangup'])
    expect(heardOf(receiver.received, 'activeflow', activeflow_id).at(-1)).toContain(' ended ')
  }
}

/** What happened first of all has had its tries for now, and is not forgotten. */
async function expectWaiting(world: World, ann: Subscriber, id: string): Promise<void> {
  const waiting = (await logOf(world, ann, id)).filter(({ state }) => state !== 'delivered')
  expect(waiting.at(-1)).toMatchObject({ state: 'waiting', event_type: 'call_hangup' })
  expect(waiting[0]?.attempts.length).toBeGreaterThanOrEqual(4)
  expect(waiting[0]?.attempts.every(({ error }) => error.startsWith('ECONNREFUSED'))).toBe(true)
}
