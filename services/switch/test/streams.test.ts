import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
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
const command = () => wired.node.command
const rtp = { host: '127.0.0.1:4000', format: 'ulaw' as const }

async function streaming(options: Partial<Parameters<WiredSwitch['node']['command']['stream']>[0]> = {}) {
  const { id: channel } = await wired.talk()
  const id = newId()
  expect(await command().stream({ id, subject: channelOf(channel), speak: 'out', ...options })).toEqual({ result: 'ok', rule: '' })
  await settle()
  return { channel, id }
}

describe('stream', () => {
  it('tells where the host of a customer may send to, and ends before its channel', async () => {
    wired = await startWired()
    const { channel, id } = await streaming({ rtp: { ...rtp, format: 'slin16' }, listen: 'both' })
    expect(wired.lastOf(channel)).toMatchObject({ stream_id: id, local_address: '127.0.0.1:31000' })
    expect(wired.media.streams.get(id)).toMatchObject({
      ...{ listen: 'both', speak: 'out', subject: { kind: 'leg', id: channel } },
      peer: { address: '127.0.0.1', port: 4000, codec: { name: 'L16', clockRate: 16_000, sendPayloadType: 118 } },
    })
    await command().hangup({ id: channel, cause: 16 })
    await settle()
    expect(wired.told(channel)).toEqual(['channel.answered', 'stream.started', 'stream.ended', 'channel.ended'])
  })

  it.each([
    ['10.0.0.1:4000', 'ADDRESS_REFUSED'],
    ['127.0.0.1:4000', 'ADDRESS_REFUSED'],
    ['[::1]:4000', 'ADDRESS_REFUSED'],
    ['169.254.169.254:4000', 'ADDRESS_REFUSED'],
    ['8.8.8.8:53', 'PORT_REFUSED'],
    ['http://8.8.8.8:4000', 'HOST_INVALID'],
    ['nowhere.invalid:4000', 'HOST_NOT_FOUND'],
  ])('to %s is refused: %s', async (host, rule) => {
    wired = await startWired({ env: { VOIPBIN_OUTBOUND_ALLOW: '' } })
    const { id } = await wired.talk()
    const asked = { id: newId(), subject: channelOf(id), listen: 'in' as const, rtp: { host, format: 'ulaw' as const } }
    expect(await command().stream(asked)).toEqual({ result: 'refused', rule })
    expect(wired.media.streams.size).toBe(0)
  })

  it('does nothing the second time, of what is gone, and beyond eight on one channel', async () => {
    wired = await startWired()
    const { channel, id } = await streaming()
    expect(await command().stream({ id, subject: channelOf(channel) })).toMatchObject({ result: 'ok' })
    for (let more = 1; more < 8; more++)
      expect(await command().stream({ id: newId(), subject: channelOf(channel) })).toMatchObject({ result: 'ok' })
    const ninth = { id: newId(), subject: channelOf(channel) }
    expect(await command().stream(ninth)).toEqual({ result: 'refused', rule: 'TOO_MANY_STREAMS' })
    expect(await command().stopStream({ id })).toMatchObject({ result: 'ok' })
    await settle()
    expect(wired.lastOf(channel)).toMatchObject({ stream_id: id, reason: 'stopped' })
    expect(await command().stopStream({ id })).toMatchObject({ result: 'gone' })
    expect(await command().stream({ id, subject: channelOf(channel) })).toMatchObject({ result: 'ok' })
    expect(wired.media.streams.has(id)).toBe(false)
    expect(await command().stream({ id: newId(), subject: channelOf(newId()) })).toMatchObject({ result: 'gone' })
  })

  it('of a bridge ends with it', async () => {
    wired = await startWired()
    const room = newId()
    await command().createBridge({ id: room, customer_id, affinity: room })
    await command().stream({ id: newId(), subject: { kind: 'bridge', id: room }, listen: 'in', rtp })
    await settle()
    await command().destroyBridge({ id: room })
    expect(wired.told(room)).toEqual(['stream.started', 'stream.ended'])
    expect(wired.lastOf(room)).toMatchObject({ reason: 'bridge_ended' })
  })

  it('that is lost with its worker ends as its channel does', async () => {
    wired = await startWired()
    const { channel } = await streaming()
    wired.media.lose()
    await settle()
    expect(wired.told(channel).slice(-2)).toEqual(['stream.ended', 'channel.ended'])
  })
})

describe('feedStream', () => {
  const fed = (id: string) => wired.media.asked.filter((words) => words.includes(id))

  it('gives on in order what has to be fetched and what has not, each item once, with marks between', async () => {
    const gate = Promise.withResolvers<void>()
    const server = await startWebServer(async ({ response }) => {
      await gate.promise
      response.end('RIFF')
    })
    wired = await startWired()
    const { id } = await streaming()
    const item = { id, item_id: newId(), media: [{ url: `${server.url}/slow.wav` }] }
    await command().feedStream(item)
    await command().feedStream(item)
    await command().markStream({ id, mark: 'slow' })
    await command().feedStream({ id, item_id: newId(), media: [{ tone: 'beep' }] })
    await settle()
    expect(fed(id)).toEqual([])
    gate.resolve()
    await expect.poll(() => fed(id).length).toBe(3)
    expect(fed(id)).toEqual([expect.stringContaining('"file"'), `mark ${id} slow`, `feed ${id} [{"tone":"beep"}]`])
    await server.close()
  })

  it('of what cannot be had goes on with the rest, and the next mark says why', async () => {
    wired = await startWired()
    const { channel, id } = await streaming()
    await command().feedStream({ id, item_id: newId(), media: [{ url: 'file:///etc/passwd' }] })
    await command().markStream({ id, mark: 'm' })
    await expect.poll(() => fed(id)).toEqual([`mark ${id} m`])
    const subject = { kind: 'leg', id: channel } as const
    wired.media.emit({ type: 'stream.mark', id, subject, mark: 'm', isFlushed: false, error: '' })
    await settle()
    expect(wired.lastOf(channel)).toMatchObject({ stream_id: id, mark: 'm', is_flushed: false, error: expect.stringContaining('no file') })
  })

  it('is flushed while it is being fetched, its mark told, and what comes after is said', async () => {
    const gate = Promise.withResolvers<void>()
    const server = await startWebServer(async ({ response }) => {
      await gate.promise
      response.end('RIFF')
    })
    wired = await startWired()
    const { channel, id } = await streaming()
    await command().feedStream({ id, item_id: newId(), media: [{ url: `${server.url}/slow.wav` }] })
    await command().markStream({ id, mark: 'slow' })
    await command().flushStream({ id })
    gate.resolve()
    await command().feedStream({ id, item_id: newId(), media: [{ tone: 'beep' }] })
    await expect.poll(() => fed(id)).toEqual([`flush ${id}`, `feed ${id} [{"tone":"beep"}]`])
    expect(wired.lastOf(channel)).toMatchObject({ mark: 'slow', is_flushed: true })
    await server.close()
  })

  it('takes each counted flush once and in order, and nothing that was on its way when one came', async () => {
    wired = await startWired()
    const { id } = await streaming()
    const beep = async (flushes: number) =>
      (await command().feedStream({ id, item_id: newId(), media: [{ tone: 'beep' }], flushes })).rule || 'fed'
    expect(await beep(0)).toBe('fed')
    for (const flushes of [2, 2, 1]) await command().flushStream({ id, flushes })
    expect([await beep(1), await beep(2)]).toEqual(['STREAM_FLUSHED', 'fed'])
    expect(await command().markStream({ id, mark: 'late', flushes: 1 })).toEqual({ result: 'refused', rule: 'STREAM_FLUSHED' })
    expect(await beep(3)).toBe('fed')
    await command().flushStream({ id, flushes: 3 })
    await settle()
    expect(fed(id).map((words) => words.split(' ')[0])).toEqual(['feed', 'flush', 'feed', 'flush', 'feed'])
  })

  it('is refused by a stream that speaks for its host, and gone of one that is over', async () => {
    wired = await startWired()
    const { id } = await streaming({ rtp })
    const item = { item_id: newId(), media: [{ tone: 'beep' }] }
    expect(await command().feedStream({ id, ...item })).toEqual({ result: 'refused', rule: 'STREAM_HAS_HOST' })
    expect(await command().feedStream({ id: newId(), ...item })).toMatchObject({ result: 'gone' })
    expect(await command().markStream({ id: newId(), mark: 'm' })).toMatchObject({ result: 'gone' })
    expect(await command().flushStream({ id: newId() })).toMatchObject({ result: 'gone' })
  })

  it('plays files of the data folder', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-switch-'))
    mkdirSync(join(dataDir, 'blobs'))
    writeFileSync(join(dataDir, 'blobs', 'hello.wav'), 'x')
    wired = await startWired({ dataDir })
    const { id } = await streaming()
    await command().feedStream({ id, item_id: newId(), media: [{ url: `file://${dataDir}/blobs/hello.wav` }] })
    await expect.poll(() => fed(id)).toEqual([`feed ${id} ${JSON.stringify([{ file: join(dataDir, 'blobs', 'hello.wav') }])}`])
  })
})
