import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { AppProcess } from '../app-process.ts'
import { gatewayUrls, json } from '../http.ts'
import { type Person, signUp } from '../people.ts'
import { type Scene, until } from '../scene.ts'

const TRY_AGAIN_LATER = 1013
const REASON = 'faster than they are read'
/** 50 addresses as long as they may be: an event of some 200 KB fills what lies between us and the gateway with few requests. */
const addresses = Array.from({ length: 50 }, (_, n) => ({ type: 'email', target: `${n}@example.com`, detail: 'x'.repeat(4096) }))
const MOST_EVENTS = 120

/** Who reads more slowly than things happen costs the gateway a little memory, and then its place. */
export function readSlowly(scene: Scene): void {
  test('a slow reader is cut off and told why; another socket of the same customer hears everything', async () => {
    const { world } = scene
    const ann = await signUp(world)
    const as = { accessKey: ann.accessKey }
    const path = `/v1.0/agents/${ann.agent_id}`
    await json(world, { method: 'PUT', path: `${path}/addresses`, body: { addresses }, ...as })
    const [gateway] = world.of('gateway')
    const [url = ''] = gatewayUrls(world)
    const [slow, quick] = [await subscribe(url, ann), await subscribe(url, ann)]
    slow.pause()
    let octets = 0
    quick.on('data', (chunk: Buffer) => {
      octets += chunk.length
    })
    const before = await droppedBy(gateway)
    let sent = 0
    while ((await droppedBy(gateway)) === before && sent < MOST_EVENTS) {
      await json(world, { method: 'PUT', path, body: { name: `n${sent++}` }, ...as })
    }
    expect(await droppedBy(gateway)).toBe(before + 1)
    const told = closeFrame(await readAll(slow))
    expect(told).toEqual({ code: TRY_AGAIN_LATER, reason: expect.stringContaining(REASON) })
    await until(() => octets > sent * addresses.length * 4096, 'the quick reader to have all')
    quick.destroy()
  })
}

/** A socket that reads when it is told to: a library would read on by itself. */
async function subscribe(url: string, { accessKey, customer_id }: Person): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const lines = [
    ...[`GET /v1.0/ws?accesskey=${accessKey} HTTP/1.1`, `Host: ${hostname}`, 'Connection: Upgrade', 'Upgrade: websocket'],
    ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', ''],
  ]
  socket.write(lines.join('\r\n'))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 101/)
  socket.write(masked(0x81, JSON.stringify({ type: 'subscribe', topics: [`customer_id:${customer_id}:agent`] })))
  // Answered in order: whoever has the pong has subscribed.
  socket.write(masked(0x89, ''))
  await once(socket, 'data')
  return socket
}

/** A frame of a client, masked with zeros (RFC 6455 §5.2). */
function masked(opcode: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([opcode, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

/** Until the close frame is there; otherwise the gateway would wait for our answer to it. */
async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    if (chunk.includes(REASON)) socket.destroy()
  })
  socket.on('error', () => undefined)
  socket.resume()
  await once(socket, 'close')
  return Buffer.concat(chunks)
}

/** The last of the frames; 0x88 is a close (RFC 6455 §5.5.1). */
function closeFrame(octets: Buffer): { code: number; reason: string } | undefined {
  for (let at = 0; at + 2 <= octets.length; ) {
    const short = octets.readUInt8(at + 1)
    const length = short < 126 ? short : short === 126 ? octets.readUInt16BE(at + 2) : Number(octets.readBigUInt64BE(at + 2))
    const from = at + 2 + (short < 126 ? 0 : short === 126 ? 2 : 8)
    if (octets.readUInt8(at) === 0x88)
      return { code: octets.readUInt16BE(from), reason: octets.subarray(from + 2, from + length).toString() }
    at = from + length
  }
  return undefined
}

async function droppedBy(gateway: AppProcess | undefined): Promise<number> {
  const text = await (await fetch(`${gateway?.admin.url}/metrics`)).text()
  return Number(/^voipbin_websocket_dropped_total\S* (\d+)/m.exec(text)?.[1] ?? 0)
}
