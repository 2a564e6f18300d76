import { type PhoneCall, SAMPLE_RATE_HZ, toneSource, writeWav } from '@voipbin/phone'
import { answering, hanging, type Receiver, startReceiver } from '@voipbin/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { get, post } from '../http.ts'
import { numberOf } from '../numbers.ts'
import { type Scene, until } from '../scene.ts'
import { hears, hearsNothing } from '../sip/hearing.ts'
import type { World } from '../world.ts'
import { usePhones } from './calls.ts'

const BEEP_HZ = 1400
const SPEECH_DB = -40
const SECOND_MS = 1000

type Story = {
  readonly what: string
  readonly actions: readonly object[]
  /** What the caller does, and what it must hear. */
  readonly plays: (call: PhoneCall) => Promise<unknown>
}

/** Every action that a call carries out, heard by who called: digits and speech as well as what leads from one action to the next. */
export function actionStories(scene: Scene): void {
  const { dial, extension } = usePhones(scene)
  let server: Receiver
  beforeAll(async () => {
    server = await startReceiver(serve)
  })
  afterAll(() => server.close())
  const tone = (...frequencies: readonly number[]) => play(server, ...frequencies)

  /** All at once: they wait, most of the time. */
  async function tell(stories: readonly Story[]): Promise<void> {
    const told = await Promise.allSettled(stories.map((story) => tellOne(story)))
    const failed = told.flatMap((each, index) =>
      each.status === 'rejected' ? [`${stories[index]?.what}: ${(each.reason as Error)?.message}`] : [],
    )
    expect(failed).toEqual([])
  }
  async function tellOne({ actions, plays }: Story): Promise<void> {
    const call = await dial(await numberOf(scene.world, [{ type: 'answer' }, ...actions, { type: 'hangup' }]))
    await plays(call)
    await call.hangUp()
  }

  test('what is played, said, sent and sent back is heard', () => tell(sounds(tone)))

  test('digits choose and cut short, as telephone-events, by INFO and pressed ahead', () => tell(digits(tone)))

  test('what leads from one action to the next leads there', () => tell(ways(tone)))

  test('servers of the customer are asked and told, and another flow runs in between', async () => {
    const { world } = scene
    const { id: flow_id } = await post(world, '/v1.0/flows', { name: 'other', detail: '', actions: [tone(1100)] })
    await tell(servers(server, flow_id, tone))
    expect(server.received.map(({ method, url, raw }) => [method, url, raw])).toContainEqual(['PUT', '/told', '{"number":"5551"}'])
  })

  test('a call that is not answered ends as its flow says', async () => {
    const number = await numberOf(scene.world, [{ type: 'hangup', option: { reason: 'busy' } }])
    await expect(dial(number)).rejects.toThrow('486')
  })

  test('a flow calls somebody else, who hears a flow of its own', async () => {
    const callee = await extension()
    const call = { destinations: [{ type: 'extension', target: callee.id }], chained: false, actions: [tone(900, 900, 900)] }
    const caller = await dial(await numberOf(scene.world, [{ type: 'answer' }, { type: 'call', option: call }, sleep(60_000)]))
    const incoming = await callee.phone.nextCall()
    incoming.answer()
    await hears(incoming, 900)
    await caller.hangUp()
    await incoming.hangUp()
  })

  test('whoever hangs up in the middle of an action ends it, its flow and all that it was waiting for', async () => {
    server.behave = (response, received) => (received.url === '/hangs' ? hanging(response, received) : serve(response, received))
    const callee = await extension()
    const held = heldUp(server, String(callee.id))
    const before = await callIds(scene.world)
    const calls = await Promise.all(held.map(async (actions) => dial(await numberOf(scene.world, [{ type: 'answer' }, ...actions]))))
    await new Promise((resolve) => setTimeout(resolve, SECOND_MS))
    await Promise.all(calls.map((call) => call.hangUp()))
    await until(async () => {
      const made = (await callsOf(scene.world)).filter(({ id }) => !before.has(id))
      return made.length > held.length && made.every(({ status }) => status === 'hangup')
    }, 'all calls to end')
    const ended = (await callsOf(scene.world)).filter(({ id, direction }) => !before.has(id) && direction === 'incoming')
    expect(ended.map(({ hangup_by, hangup_reason }) => [hangup_by, hangup_reason])).toEqual(held.map(() => ['remote', 'normal']))
    for (const { activeflow_id } of ended) {
      await until(
        async () => (await get<{ status: string }>(scene.world, `/v1.0/activeflows/${activeflow_id}`)).status === 'ended',
        'its flow to end',
      )
    }
  })
}

type Tone = (...frequencies: readonly number[]) => object

const sounds = (tone: Tone): Story[] => [
  { what: 'play', actions: [tone(900, 1100)], plays: (call) => inTurn(call, 900, 1100) },
  { what: 'beep', actions: [{ type: 'beep' }, tone(900)], plays: (call) => hears(call, 900).then(() => expectHeard(call, BEEP_HZ)) },
  { what: 'sleep', actions: [sleep(1500), tone(900)], plays: (call) => hearsNothing(call).then(() => hears(call, 900)) },
  ...['echo', 'stream_echo'].map((type) => ({ what: type, actions: [{ type, option: { duration: 60_000 } }], plays: isSentBack })),
  { what: 'talk', actions: [talk('Good morning, and welcome to the telephone.')], plays: hearsSpeech },
  {
    what: 'mute',
    actions: [{ type: 'mute', option: { direction: 'out' } }, tone(900), { type: 'mute', option: { direction: 'none' } }, tone(1100)],
    plays: (call) => hears(call, 1100).then(() => expect(call.audio.heard.shareOf(900)).toBeLessThan(0.05)),
  },
]

const digits = (tone: Tone): Story[] => [
  {
    what: 'digits_send',
    actions: [{ type: 'digits_send', option: { digits: '12#', duration: 100, interval: 100 } }, sleep(60_000)],
    plays: (call) => until(async () => call.digits === '12#', 'the digits'),
  },
  {
    what: 'a talk that a digit cuts',
    actions: [talk('one two three four five six seven eight nine ten, '.repeat(10), 'next'), tone(900)],
    plays: (call) => hearsSpeech(call).then(() => Promise.all([call.sendDigits('5'), hears(call, 900)])),
  },
  ...(['rfc4733', 'info'] as const).map((method) => ({
    what: `digits by ${method}, pressed ahead`,
    actions: [...menu(sleep(800)), tone(900)],
    plays: (call: PhoneCall) => call.sendDigits('42#', { method }).then(() => hears(call, 900)),
  })),
  { what: 'no digits in time', actions: [...menu(), tone(1100)], plays: (call) => hangsUpOn(call) },
]

/** Goes on where 42 was pressed, and hangs up where something else was. */
const menu = (...before: readonly object[]): object[] => {
  const end = crypto.randomUUID()
  const [first, ...rest] = [
    ...before,
    { type: 'digits_receive', option: { duration: 3000, length: 5, key: '#' } },
    {
      type: 'condition_variable',
      option: { variable: filled('voipbin.call.digits'), condition: '==', value_type: 'string', value_string: '42', false_target_id: end },
    },
  ]
  const past = crypto.randomUUID()
  return [{ type: 'goto', option: { target_id: past, loop_count: 1000 } }, { id: end, type: 'hangup' }, { ...first, id: past }, ...rest]
}

const ways = (tone: Tone): Story[] => {
  const [again, wrong, here] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
  const skip = { type: 'goto', option: { target_id: here, loop_count: 1000 } }
  const dead = [skip, { id: wrong, type: 'hangup' }]
  const always = { from_time: '00:00', to_time: '24:00' }
  return [
    {
      what: 'goto',
      actions: [{ ...tone(900), id: again }, { type: 'goto', option: { target_id: again, loop_count: 1 } }, tone(1100)],
      plays: async (call) => {
        await inTurn(call, 900, 1100)
        expect(call.audio.heard.shareOf(900, { toMs: 1800 })).toBeGreaterThan(0.8)
      },
    },
    {
      what: 'conditions and variables',
      actions: [
        ...dead,
        { type: 'variable_set', id: here, option: { key: 'color', value: 'red' } },
        {
          type: 'condition_variable',
          option: { variable: filled('color'), condition: '==', value_type: 'string', value_string: 'red', false_target_id: wrong },
        },
        { type: 'condition_call_status', option: { status: 'progressing', false_target_id: wrong } },
        { type: 'condition_datetime', option: { time_zone: 'Asia/Seoul', ranges: [always], false_target_id: wrong } },
        { type: 'empty' },
        tone(900),
      ],
      plays: (call) => hears(call, 900),
    },
    { what: 'stop', actions: [tone(900), { type: 'stop' }, tone(1100)], plays: (call) => hears(call, 900).then(() => hangsUpOn(call)) },
  ]
}

const servers = (server: Receiver, flow_id: string, tone: Tone): Story[] => {
  const at = (path: string) => server.uri.replace('/hook', path)
  const told = {
    uri: at('/told'),
    method: 'PUT',
    data_type: 'application/json',
    data: JSON.stringify({ number: filled('number') }),
    sync: true,
  }
  return [
    {
      what: 'fetch',
      actions: [{ type: 'fetch', option: { event_url: at('/actions'), event_method: 'POST' } }],
      plays: (call) => hears(call, 700),
    },
    {
      what: 'webhook_send',
      actions: [{ type: 'variable_set', option: { key: 'number', value: '5551' } }, { type: 'webhook_send', option: told }, tone(900)],
      plays: (call) => hears(call, 900),
    },
    { what: 'fetch_flow', actions: [{ type: 'fetch_flow', option: { flow_id } }, tone(900)], plays: (call) => inTurn(call, 1100, 900) },
  ]
}

/** Actions that a flow waits in, each with a caller that will not stay. */
const heldUp = (server: Receiver, extensionId: string): object[][] => [
  [play(server, ...new Array<number>(20).fill(900))],
  [talk('one two three four five six seven eight nine ten, '.repeat(20))],
  [sleep(60_000)],
  [{ type: 'echo', option: { duration: 60_000 } }],
  [{ type: 'stream_echo', option: { duration: 60_000 } }],
  [{ type: 'digits_receive', option: { duration: 60_000, length: 9 } }],
  [{ type: 'digits_send', option: { digits: '1234567890'.repeat(5), duration: 500, interval: 500 } }],
  [{ type: 'connect', option: { destinations: [{ type: 'extension', target: extensionId }] } }],
  [{ type: 'fetch', option: { event_url: server.uri.replace('/hook', '/hangs'), event_method: 'GET' } }],
  [{ type: 'webhook_send', option: { uri: server.uri.replace('/hook', '/hangs'), method: 'GET', sync: true } }],
  [{ type: 'recording_start', option: { format: 'wav', beep_start: true } }, sleep(60_000)],
  [{ type: 'mute', option: { direction: 'both' } }, sleep(60_000)],
]

/** As texts of a flow name a variable. */
const filled = (name: string) => `\${${name}}`
const sleep = (duration: number) => ({ type: 'sleep', option: { duration } })
const talk = (text: string, digits_handle = '') => ({ type: 'talk', option: { text, language: 'en-US', digits_handle } })
/** Each of them for a second. */
const play = ({ uri }: Receiver, ...frequencies: readonly number[]) => ({
  type: 'play',
  option: { stream_urls: frequencies.map((frequency) => uri.replace('/hook', `/tone/${frequency}`)) },
})

/** WAVs of a second, and a flow's next actions. */
const serve: Receiver['behave'] = (response, received) => {
  const frequency = Number(/^\/tone\/(\d+)$/.exec(received.url)?.[1])
  if (frequency > 0) {
    const samples = new Int16Array(SAMPLE_RATE_HZ)
    toneSource([frequency]).read(samples)
    response.writeHead(200, { 'content-type': 'audio/wav' }).end(writeWav(samples, SAMPLE_RATE_HZ))
  } else if (received.url === '/actions') {
    const { headers } = response.req
    const actions = [{ type: 'play', option: { stream_urls: [`http://${headers.host}/tone/700`] } }]
    answering(200, { 'content-type': 'application/json' }, JSON.stringify(actions))(response, received)
  } else answering(200)(response, received)
}

async function inTurn(call: PhoneCall, ...frequencies: readonly number[]): Promise<void> {
  for (const frequency of frequencies) await hears(call, frequency)
}

async function isSentBack(call: PhoneCall): Promise<void> {
  void call.audio.play(toneSource([700]))
  await hears(call, 700)
}

const hearsSpeech = (call: PhoneCall) =>
  until(async () => call.audio.heard.levelDb({ fromMs: call.audio.positionMs - 500 }) > SPEECH_DB, 'speech to be heard')

const hangsUpOn = (call: PhoneCall) => call.until('ended', { timeoutMs: 15_000 })

/** At some time so far. */
function expectHeard(call: PhoneCall, frequencyHz: number): void {
  const { heard } = call.audio
  const windows = Array.from({ length: Math.floor(heard.durationMs / 100) }, (_, at) =>
    heard.shareOf(frequencyHz, { fromMs: 100 * at, toMs: 100 * at + 100 }),
  )
  expect(Math.max(...windows)).toBeGreaterThan(0.8)
}

type Call = { readonly id: string; readonly status: string; readonly direction: string; readonly activeflow_id: string } & Readonly<
  Record<'hangup_by' | 'hangup_reason', string>
>
const callsOf = async (world: World) => (await get<{ result: Call[] }>(world, '/v1.0/calls?page_size=100')).result
const callIds = async (world: World) => new Set((await callsOf(world)).map(({ id }) => id))
