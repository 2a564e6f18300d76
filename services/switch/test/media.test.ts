import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startWebServer } from './web-server.ts'
import { customer_id, startWired, type WiredSwitch } from './wired-switch.ts'

let wired: WiredSwitch
afterEach(() => wired.node.close())
const settle = () => wired.clock.settle()
const channelOf = (id: string) => ({ kind: 'channel', id }) as const
const newId = () => crypto.randomUUID()
const beep = [{ tone: 'beep' }]

async function bridge(): Promise<string> {
  const id = newId()
  expect(await wired.node.command.createBridge({ id, customer_id, affinity: id })).toEqual({ result: 'ok', rule: '' })
  return id
}

describe('guarantee 1: numbers without gaps, the end last and once, what is open ends before it', () => {
  it('when the caller hangs up', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    const room = await bridge()
    await wired.node.command.play({ id: newId(), subject: channelOf(id), media: beep })
    await wired.node.command.record({ id: newId(), subject: channelOf(id) })
    await wired.node.command.join({ bridge_id: room, id })
    peer.request('BYE')
    await settle()
    expect(wired.told(id)).toEqual([
      ...['channel.answered', 'playback.started', 'recording.started', 'bridge.joined'],
      ...['playback.ended', 'recording.ended', 'bridge.left', 'channel.ended'],
    ])
    expect(wired.node.events.filter(({ data }) => data['subject_id'] === id).map(({ data }) => data['seq'])).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ])
    peer.request('BYE')
    await wired.node.command.hangup({ id, cause: 16 })
    await settle()
    expect(wired.told(id).filter((type) => type === 'channel.ended')).toHaveLength(1)
  })

  it('when the media worker is lost, which tells of nothing any more', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    const room = await bridge()
    await wired.node.command.join({ bridge_id: room, id })
    await wired.node.command.play({ id: newId(), subject: channelOf(id), media: beep })
    await wired.node.command.record({ id: newId(), subject: { kind: 'bridge', id: room } })
    wired.media.lose()
    await settle()
    expect(wired.told(id).slice(-3)).toEqual(['playback.ended', 'bridge.left', 'channel.ended'])
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'node', cause: 41 }, quality: null })
    expect(wired.told(room)).toEqual(['recording.started', 'recording.failed'])
    expect(wired.wire.requests('BYE')).toHaveLength(1)
    expect(await wired.node.command.destroyBridge({ id: room })).toMatchObject({ result: 'gone' })
  })
})

describe('guarantee 4: what is played before the answer is early media', () => {
  it('and the 200 says the same as the 183', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    const playback = newId()
    await wired.node.command.play({ id: playback, subject: channelOf(id), media: beep })
    expect(peer.last('INVITE')?.status).toBe(183)
    await wired.node.command.answer({ id })
    wired.media.finish(playback)
    await settle()
    expect(wired.told(id)).toEqual(['playback.started', 'channel.answered', 'playback.ended'])
  })
})

describe('commands', () => {
  it('for another life of the node, and of what is gone, are gone', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    expect(await wired.node.client.hangup({ epoch: newId(), id, cause: 16 })).toEqual({ result: 'gone', rule: '' })
    expect(wired.told(id)).toEqual(['channel.answered'])
    const { command } = wired.node
    for (const name of ['ring', 'progress', 'answer', 'leave'] as const)
      expect(await command[name]({ id: newId() })).toMatchObject({ result: 'gone' })
    expect(await command.play({ id: newId(), subject: channelOf(newId()), media: beep })).toMatchObject({ result: 'gone' })
    expect(await command.join({ id, bridge_id: newId() })).toMatchObject({ result: 'gone' })
    expect(await command.stopPlay({ id: newId() })).toMatchObject({ result: 'gone' })
    expect(await command.stopRecord({ id: newId() })).toMatchObject({ result: 'gone' })
  })

  it('that come twice do nothing the second time, also when what they began has ended', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    const play = { id: newId(), subject: channelOf(id), media: beep }
    const record = { id: newId(), subject: channelOf(id) }
    for (let time = 0; time < 2; time++) {
      expect(await wired.node.command.play(play)).toMatchObject({ result: 'ok' })
      expect(await wired.node.command.record(record)).toMatchObject({ result: 'ok' })
    }
    wired.media.finish(play.id)
    await wired.node.command.stopRecord({ id: record.id })
    await wired.node.command.play(play)
    await wired.node.command.record(record)
    await settle()
    expect(wired.told(id)).toEqual(['channel.answered', 'playback.started', 'recording.started', 'playback.ended', 'recording.ended'])
    const room = await bridge()
    await wired.node.command.destroyBridge({ id: room })
    expect(await wired.node.command.createBridge({ id: room, customer_id, affinity: room })).toMatchObject({ result: 'gone' })
  })

  it('of state reach the engine', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    await wired.node.command.background({ id, kind: 'moh' })
    await wired.node.command.echo({ id, is_on: true })
    await wired.node.command.mute({ id, direction: 'out' })
    expect(wired.media.asked.filter((words) => !words.startsWith('rtp'))).toEqual([
      `background ${id} moh`,
      `echo ${id} true`,
      `mute ${id} out`,
    ])
  })

  it('list what there is', async () => {
    wired = await startWired()
    const { id, peer } = await wired.talk()
    const { channels } = await wired.node.client.listChannels({})
    expect(channels).toMatchObject([{ id, customer_id, state: 'answered', seq: 1, bridge_id: null, sip_call_id: peer.callId }])
  })
})

describe('traceCall', () => {
  it('tells what passed of a call, without digests', async () => {
    wired = await startWired({ env: { VOIPBIN_SIP_TRACE_CALLS: '1' } })
    const { peer, id } = await wired.call({ headers: { Authorization: 'Digest response="secret"' } })
    await wired.node.command.answer({ id })
    const { messages } = await wired.node.client.traceCall({ sip_call_id: peer.callId })
    expect(messages.map(({ direction, peer: with_, text }) => `${direction} ${with_} ${text.split('\r\n')[0]}`)).toEqual([
      'in udp:192.0.2.9:5060 INVITE sip:100@192.0.2.1 SIP/2.0',
      'out udp:192.0.2.9:5060 SIP/2.0 200 OK',
    ])
    expect(messages.map(({ local }) => local)).toEqual(['192.0.2.1:5060', '192.0.2.1:5060'])
    expect(messages[0]?.text).toContain('Authorization: (not kept)')
    await wired.call()
    expect((await wired.node.client.traceCall({ sip_call_id: peer.callId })).messages).toEqual([])
  })
})

describe('media by URL', () => {
  it('is fetched once, asked about when it is no longer fresh, and serves on when its server is away', async () => {
    const wav = Buffer.from('RIFF')
    const seen: string[] = []
    let isAway = false
    const server = await startWebServer(({ request, response }) => {
      seen.push(`${request.headers['if-none-match'] ?? ''}`)
      response.statusCode = isAway ? 500 : request.headers['if-none-match'] ? 304 : 200
      response.setHeader('etag', '"1"')
      response.end(response.statusCode === 200 ? wav : '')
    })
    wired = await startWired()
    const { id } = await wired.talk()
    const file = async () => {
      const playback = newId()
      await wired.node.command.play({ id: playback, subject: channelOf(id), media: [{ url: `${server.url}/a.wav` }] })
      await expect.poll(() => wired.media.plays.has(playback)).toBe(true)
      const [source] = wired.media.plays.get(playback)?.sources ?? []
      return source && 'file' in source ? readFileSync(source.file, 'utf8') : ''
    }
    expect([await file(), await file()]).toEqual(['RIFF', 'RIFF'])
    expect(seen).toEqual([''])
    await wired.clock.advance(31_000)
    expect(await file()).toBe('RIFF')
    expect(seen).toEqual(['', '"1"'])
    isAway = true
    await wired.clock.advance(31_000)
    expect(await file()).toBe('RIFF')
    await server.close()
  })

  it('that cannot be had ends as failed, with a text', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    const fail = async (url: string) => {
      const playback = newId()
      await wired.node.command.play({ id: playback, subject: channelOf(id), media: [{ url }] })
      const ended = () => wired.node.events.find(({ type, data }) => type === 'playback.ended' && data['playback_id'] === playback)
      await expect.poll(ended).toBeDefined()
      return ended()?.data
    }
    expect(await fail('http://192.168.0.1/a.wav')).toMatchObject({
      reason: 'failed',
      played_ms: 0,
      error: expect.stringContaining('Refused'),
    })
    expect(await fail('file:///etc/passwd')).toMatchObject({ reason: 'failed', error: 'There is no file for "file:///etc/passwd"' })
    expect(await fail('blob:../../../etc/passwd')).toMatchObject({ reason: 'failed' })
    expect(await fail('gopher://x')).toMatchObject({ reason: 'failed' })
  })

  it('of the data folder is played from there', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-switch-'))
    mkdirSync(join(dataDir, 'blobs'))
    writeFileSync(join(dataDir, 'blobs', 'hello.wav'), 'x')
    wired = await startWired({ dataDir })
    const { id } = await wired.talk()
    const playback = newId()
    await wired.node.command.play({ id: playback, subject: channelOf(id), media: [{ url: `file://${dataDir}/blobs/hello.wav` }] })
    await expect.poll(() => wired.media.plays.get(playback)?.sources).toEqual([{ file: join(dataDir, 'blobs', 'hello.wav') }])
  })

  it('is stopped before it has been fetched', async () => {
    const gate = Promise.withResolvers<void>()
    const server = await startWebServer(async ({ response }) => {
      await gate.promise
      response.end('RIFF')
    })
    wired = await startWired()
    const { id } = await wired.talk()
    const playback = newId()
    await wired.node.command.play({ id: playback, subject: channelOf(id), media: [{ url: `${server.url}/slow.wav` }] })
    expect(await wired.node.command.stopPlay({ id: playback })).toMatchObject({ result: 'ok' })
    await settle()
    expect(wired.lastOf(id)).toMatchObject({ playback_id: playback, reason: 'stopped', played_ms: 0 })
    gate.resolve()
    await server.close()
  })
})

describe('a node that stops', () => {
  it('takes no new calls, waits for those it has, and then ends them truthfully', async () => {
    wired = await startWired({ env: { VOIPBIN_SWITCH_DRAIN_SECONDS: '10' } })
    const { id } = await wired.talk()
    const closing = wired.node.close()
    await settle()
    const refused = { id: newId(), customer_id, affinity: id, destination: 'sip:a@192.0.2.20', from: { user: '1' } }
    expect(await wired.node.command.dial(refused)).toEqual({ result: 'refused', rule: 'NODE_DRAINING' })
    expect(wired.told(id)).toEqual(['channel.answered'])
    await wired.clock.advance(10_000)
    await closing
    expect(wired.wire.requests('BYE')).toHaveLength(1)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'node', cause: 41, text: 'the node stops' } })
  })
})
