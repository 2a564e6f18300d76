import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { bearerOf, callers, ids, startWorld, type World } from './world.ts'

describe('the gateway', () => {
  const worlds: World[] = []
  const start = async (...options: Parameters<typeof startWorld>) => {
    const world = await startWorld(...options)
    worlds.push(world)
    return world
  }
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close()
  })

  test('says where it is', async () => {
    const { system } = await start()
    expect(system.platform.descriptions).toEqual([expect.stringMatching(/^API http:\/\/127\.0\.0\.1:\d+$/)])
  })

  test('names setting and port where the port is taken', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    await expect(startWorld({ env: { VOIPBIN_HTTP_PORT: String(port) } })).rejects.toThrow(
      `Cannot open the API: port ${port} of 127.0.0.1 is taken: stop who has it, or set VOIPBIN_HTTP_PORT (--http-port)`,
    )
    await new Promise((resolve) => taken.close(resolve))
  })

  test('names the setting where the address is not this machine’s', async () => {
    await expect(startWorld({ env: { VOIPBIN_HTTP_HOST: '192.0.2.1' } })).rejects.toThrow(/"192\.0\.2\.1" .* VOIPBIN_HTTP_HOST/)
  })

  test.each(['nonsense', '10.0.0.0/33', '10.0.0.1,x', '::1/129'])('refuses trusted proxies "%s"', async (list) => {
    await expect(startWorld({ env: { VOIPBIN_TRUSTED_PROXIES: list } })).rejects.toThrow('VOIPBIN_TRUSTED_PROXIES')
  })

  test('finishes what is in hand, keeps nobody waiting on idle connections, and takes no more', async () => {
    const world = await start()
    const release = Promise.withResolvers<void>()
    const listThings = world.answers['listThings']
    world.answers['listThings'] = async (input, request) => {
      await release.promise
      return listThings?.(input, request)
    }
    await world.send('GET', '/ping')
    const inHand = world.send('GET', '/v1.0/things', { as: callers.admin })
    await new Promise((resolve) => setTimeout(resolve, 100))
    const startedMs = performance.now()
    const closed = world.close()
    worlds.length = 0
    await new Promise((resolve) => setTimeout(resolve, 50))
    await expect(fetch(`${world.url}/ping`, { headers: { connection: 'close' } })).rejects.toThrow()
    release.resolve()
    expect((await inHand).status).toBe(200)
    await closed
    expect(performance.now() - startedMs).toBeLessThan(3000)
  })

  test('ends joined sockets', async () => {
    const target = createServer()
    target.on('upgrade', (_request, socket) => {
      socket.on('error', () => socket.destroy())
      socket.on('end', () => socket.end())
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    })
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
    const { port } = target.address() as AddressInfo
    const world = await start({ answers: { openSocket: () => ({ url: `ws://127.0.0.1:${port}/` }) } })
    const client = connect(Number(new URL(world.url).port), '127.0.0.1')
    client.write(
      `GET /v1.0/things/${ids.thing}/socket HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearerOf(callers.admin)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
    const ended = new Promise((resolve) => client.on('close', resolve))
    expect(String(await new Promise((resolve) => client.once('data', resolve)))).toContain('101')
    await worlds.pop()?.close()
    await ended
    await new Promise((resolve) => target.close(resolve))
  })
})
