import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { type MediaSocket, udpSockets } from './sockets.ts'

const HOST = '127.0.0.1'
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

type Peer = { readonly socket: Socket; readonly port: number; readonly heard: string[]; say(text: string, port: number): Promise<void> }

async function openPeer(): Promise<Peer> {
  const socket = createSocket('udp4')
  const heard: string[] = []
  socket.on('message', (datagram) => heard.push(String(datagram)))
  const listening = once(socket, 'listening')
  socket.bind(0, HOST)
  await listening
  closers.push(() => socket.close())
  const say = (text: string, to: number) => new Promise<void>((said) => socket.send(text, to, HOST, () => said()))
  return { socket, port: socket.address().port, heard, say }
}

/** On a port below those that the kernel gives out: what it gave out itself would be lost when a socket is disconnected. */
async function openOurs(): Promise<{ ours: MediaSocket; port: number; heard: string[] }> {
  const heard: string[] = []
  for (;;) {
    const port = 22_000 + Math.floor(Math.random() * 8_000)
    try {
      const ours = await udpSockets.open(HOST, port, (datagram, _address, from) => heard.push(`${from} ${datagram}`))
      closers.push(() => ours.close())
      return { ours, port, heard }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
}

describe('a media socket that is connected', () => {
  test('hears its peer only, and others again once it is not', async () => {
    const [{ ours, port, heard }, peer, other] = [await openOurs(), await openPeer(), await openPeer()]
    ours.connect({ address: HOST, port: peer.port })
    await other.say('let me in', port)
    await peer.say('hello', port)
    await expect.poll(() => heard).toEqual([`${peer.port} hello`])
    ours.send(Buffer.from('to you'), peer.port, HOST)
    await expect.poll(() => peer.heard).toEqual(['to you'])

    ours.connect(undefined)
    await other.say('and now', port)
    await expect.poll(() => heard).toEqual([`${peer.port} hello`, `${other.port} and now`])
    expect(ours.sendErrors).toBe(0)
  })

  test('goes on to another peer, and is free again where something is sent elsewhere', async () => {
    const [{ ours, port, heard }, one, two] = [await openOurs(), await openPeer(), await openPeer()]
    ours.connect({ address: HOST, port: one.port })
    ours.connect({ address: HOST, port: two.port })
    await one.say('still me', port)
    await two.say('me', port)
    await expect.poll(() => heard).toEqual([`${two.port} me`])
    ours.send(Buffer.from('elsewhere'), one.port, HOST)
    await expect.poll(() => one.heard).toEqual(['elsewhere'])
    await one.say('me again', port)
    await expect.poll(() => heard).toEqual([`${two.port} me`, `${one.port} me again`])
  })

  test('hears everybody again where nobody is there, and is never closed by that', async () => {
    const [{ ours, port, heard }, gone, other] = [await openOurs(), await openPeer(), await openPeer()]
    ours.connect({ address: HOST, port: gone.port })
    closers.splice(closers.length - 2, 1)
    gone.socket.close()
    await once(gone.socket, 'close')
    ours.send(Buffer.from('anybody?'), gone.port, HOST)
    await expect.poll(() => ours.sendErrors).toBeGreaterThan(0)
    await other.say('here', port)
    await expect.poll(() => heard).toEqual([`${other.port} here`])
    ours.send(Buffer.from('good'), other.port, HOST)
    await expect.poll(() => other.heard).toEqual(['good'])
  })

  test('takes what it is told after it was closed for an error only', async () => {
    const { ours } = await openOurs()
    closers.splice(closers.length - 1)
    ours.close()
    ours.connect({ address: HOST, port: 9 })
    ours.send(Buffer.from('late'), 9, HOST)
    expect(ours.sendErrors).toBe(2)
  })
})
