import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { pcmu, RTP_HEADER_OCTETS, RtpPacket, rtpTimestamp, sequenceNumber, writeRtpHeader } from '@voipbin/rtp'
import { afterEach, expect, test } from 'vitest'
import { createMediaEngine, type MediaEngine, type MediaEvent } from '../src/index.ts'
import { levelOf, sine } from './listen.ts'
import { PCMU } from './test-phone.ts'

const engines: MediaEngine[] = []
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()))
})

function start(): { engine: MediaEngine; events: MediaEvent[] } {
  const engine = createMediaEngine({ workers: 2, firstPort: 21_000, lastPort: 21_999 })
  const events: MediaEvent[] = []
  engine.onEvent((event) => events.push(event))
  engines.push(engine)
  return { engine, events }
}

test('a leg in a worker thread echoes over real sockets', async () => {
  const { engine, events } = start()
  const local = await engine.openLeg({ id: 'leg', affinity: 'call', localAddress: '127.0.0.1' })
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const remote = { remoteAddress: '127.0.0.1', remoteRtpPort: socket.address().port, remoteRtcpPort: socket.address().port }
  const terms = {
    signallingAddress: '127.0.0.1',
    codec: PCMU,
    alternatives: [],
    telephoneEvent: undefined,
    ptimeMs: 20,
    sends: true,
    receives: true,
  }
  engine.connectLeg('leg', { ...remote, ...terms })
  engine.setEcho('leg', true)
  const said = sine({ frequency: 440, ms: 20 * 50 })
  const heard: number[] = []
  const samples = new Int16Array(160)
  const packet = new RtpPacket()
  let sequence = 0
  const whole = new Promise<void>((resolve) => {
    socket.on('message', (datagram) => {
      if (!packet.read(datagram) || packet.payloadType !== 0) return
      pcmu.decode(packet.octets, packet.payloadStart, packet.payloadEnd, samples)
      heard.push(...samples)
      // Each packet that comes back sends the next, so that no time has to be waited for.
      if (heard.length >= 40 * 160) resolve()
      else send()
    })
  })
  const send = () => {
    const octets = Buffer.alloc(RTP_HEADER_OCTETS + 160)
    const timestamp = rtpTimestamp(sequence * 160)
    writeRtpHeader(octets, { payloadType: 0, hasMarker: false, sequenceNumber: sequenceNumber(sequence), timestamp, ssrc: 7 })
    pcmu.encode(said.subarray((sequence % 50) * 160), 160, octets, RTP_HEADER_OCTETS)
    sequence++
    socket.send(octets, local.rtpPort, local.address)
  }
  for (let first = 0; first < 4; first++) send()
  await whole
  socket.close()
  expect(levelOf(Int16Array.from(heard.slice(160 * 8)), 440)).toBeGreaterThan(-20)
  expect(events).toContainEqual({ type: 'leg.media', leg: 'leg' })
  expect(await engine.stats()).toMatchObject({ workers: 2, legs: 1, ports: 1 })
  expect(await engine.closeLeg('leg')).toMatchObject({ codec: 'PCMU', packetsLost: 0 })
  expect(await engine.stats()).toMatchObject({ legs: 0, ports: 0 })
})
