import { afterEach, describe, expect, it } from 'vitest'
import { startWebServer } from './web-server.ts'
import { customer_id, startWired, type WiredSwitch } from './wired-switch.ts'

let wired: WiredSwitch
afterEach(() => wired.node.close())

const newId = () => crypto.randomUUID()
const settle = () => wired.clock.settle()
const beep = [{ tone: 'beep', duration_ms: 1_000 }]
const countOf = (id: string, type: string) => wired.told(id).filter((each) => each === type).length
/** Both orders of two things, and both at once. */
const orders = ['first', 'second', 'together'] as const
type Step = () => unknown

async function inOrder(order: (typeof orders)[number], first: Step, second: Step): Promise<readonly unknown[]> {
  const steps = order === 'second' ? [second, first] : [first, second]
  const results: unknown[] = []
  for (const step of steps) {
    results.push(step())
    if (order !== 'together') await settle()
  }
  const settled = await Promise.all(results)
  await settle()
  return order === 'second' ? settled.toReversed() : settled
}

describe('guarantee 1, raced: one end, and it is the last', () => {
  it.each(orders)('a BYE of the peer and our hang-up: %s', async (order) => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    await wired.node.command.play({ id: newId(), subject: { kind: 'channel', id }, media: beep, loops: 0 })
    await inOrder(
      order,
      () => void peer.request('BYE'),
      () => wired.node.command.hangup({ id, cause: 21, tag: 'ours' }),
    )
    expect(wired.told(id)).toEqual(['channel.answered', 'playback.started', 'playback.ended', 'channel.ended'])
    const { end } = wired.lastOf(id) as { readonly end: { readonly by: string; readonly cause: number } }
    expect([`remote 16`, `local 21`]).toContain(`${end.by} ${end.cause}`)
    if (order !== 'together') expect(end.by).toBe(order === 'first' ? 'remote' : 'local')
    // Nobody is asked twice to go.
    expect(wired.wire.requests('BYE')).toHaveLength(end.by === 'local' ? 1 : 0)
  })

  it.each(orders)('the loss of the media worker and a BYE: %s', async (order) => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    await wired.node.command.record({ id: newId(), subject: { kind: 'channel', id } })
    await inOrder(
      order,
      () => wired.media.lose(),
      () => void peer.request('BYE'),
    )
    expect([countOf(id, 'channel.ended'), wired.told(id).at(-1)]).toEqual([1, 'channel.ended'])
    expect(wired.told(id).filter((type) => type.startsWith('recording.')).length).toBe(2)
  })

  it('a defect of the media at the end keeps nobody from hearing of it', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    wired.media.closeLeg = () => Promise.reject(new Error('a defect'))
    peer.request('BYE')
    await settle()
    expect(wired.told(id)).toEqual(['channel.answered', 'channel.ended'])
    expect((await wired.node.client.listChannels({})).channels).toEqual([])
  })

  it('a command that is on its way while the channel ends begins nothing after the end', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    const subject = { kind: 'channel', id } as const
    const late = [
      wired.node.command.record({ id: newId(), subject, put_url: 'https://example.com/x.wav' }),
      wired.node.command.play({ id: newId(), subject, media: beep }),
    ]
    peer.request('BYE')
    await Promise.all(late)
    await settle()
    expect(wired.told(id).at(-1)).toBe('channel.ended')
    expect(countOf(id, 'playback.started')).toBe(countOf(id, 'playback.ended'))
    expect(countOf(id, 'recording.started')).toBe(countOf(id, 'recording.ended') + countOf(id, 'recording.failed'))
  })
})

describe('guarantee 3, raced: a playback ends once, for the reason that came first', () => {
  const aPlayback = async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    const playback = newId()
    const subject = { kind: 'channel', id } as const
    await wired.node.command.play({ id: playback, subject, media: beep, loops: 0 })
    return { id, playback, subject }
  }
  const reasonOf = (id: string) => wired.node.events.filter(({ type, data }) => type === 'playback.ended' && data['playback_id'] === id)

  it.each(orders)('its end and a stop: %s', async (order) => {
    const { playback } = await aPlayback()
    const [, stopped] = await inOrder(
      order,
      () => wired.media.finish(playback),
      () => wired.node.command.stopPlay({ id: playback }),
    )
    const ends = reasonOf(playback)
    expect(ends).toHaveLength(1)
    if (order === 'first') expect([ends[0]?.data['reason'], stopped]).toEqual(['finished', { result: 'gone', rule: '' }])
    if (order === 'second') expect([ends[0]?.data['reason'], stopped]).toEqual(['stopped', { result: 'ok', rule: '' }])
  })

  it.each(orders)('its end and another in its place: %s', async (order) => {
    const { playback, subject } = await aPlayback()
    const other = newId()
    await inOrder(
      order,
      () => wired.media.finish(playback),
      () => wired.node.command.play({ id: other, subject, media: beep, mode: 'replace', loops: 0 }),
    )
    expect(reasonOf(playback).map(({ data }) => data['reason'])).toEqual([order === 'second' ? 'replaced' : 'finished'])
    expect(reasonOf(other)).toEqual([])
  })
})

describe('a bridge that is destroyed', () => {
  const aBridge = async () => {
    const id = newId()
    await wired.node.command.createBridge({ id, customer_id, affinity: id })
    return { kind: 'bridge', id } as const
  }

  it('ends what was still being fetched for it', async () => {
    const gate = Promise.withResolvers<void>()
    const server = await startWebServer(async ({ response }) => {
      await gate.promise
      response.end('RIFF')
    })
    wired = await startWired()
    const subject = await aBridge()
    const playback = newId()
    await wired.node.command.play({ id: playback, subject, media: [{ url: `${server.url}/slow.wav` }] })
    await wired.node.command.destroyBridge({ id: subject.id })
    gate.resolve()
    await wired.node.event('playback.ended', subject.id)
    expect(wired.lastOf(subject.id)).toMatchObject({ playback_id: playback, reason: 'bridge_ended' })
    expect(wired.media.plays.size).toBe(0)
    await server.close()
  })

  it('is not recorded by a command that was on its way', async () => {
    wired = await startWired()
    const subject = await aBridge()
    const recording = wired.node.command.record({ id: newId(), subject, put_url: 'https://example.com/x.wav' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(await wired.node.command.destroyBridge({ id: subject.id })).toMatchObject({ result: 'ok' })
    const { result } = await recording
    await settle()
    // Whichever was first: what has begun has ended, and what was too late has not begun.
    expect(wired.told(subject.id)).toEqual(result === 'gone' ? [] : ['recording.started', 'recording.ended'])
    expect(wired.media.records.size).toBe(0)
  })
})
