import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { openCache } from './open-cache.ts'

describe('openCache()', () => {
  test('opens memory: and does not load ioredis for it', async () => {
    const program = `
      import { Module } from 'node:module'
      import { openCache } from '${new URL('./index.ts', import.meta.url)}'
      const cache = await openCache('memory:')
      await cache.set('key', 1, 1000)
      console.log(await cache.get('key'), Object.keys(Module._cache).filter((path) => path.includes('ioredis')).length)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
    expect(stdout.trim()).toBe('1 0')
  })

  test.each([[''], ['memory'], ['memory:x'], ['localhost:6379'], ['http://localhost:6379'], ['/run/redis.sock']])(
    'refuses "%s"',
    async (wrong) => {
      await expect(openCache(wrong)).rejects.toThrow(/^Cannot open the cache: its URL must be "memory:", "redis:/)
    },
  )

  test.each([
    ['redis://', 'must be redis://'],
    ['redis://:s3cret@host:99999', 'must be redis://'],
    ['redis://:s3cret@host/names', 'must be a database number'],
    ['redis://:s3cret@host/0?enableOfflineQueue=true', 'no query'],
  ])('refuses %s, naming the rule and no password', async (wrong, rule) => {
    const error = await openCache(wrong).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(rule)
    expect(String(error)).not.toContain('s3cret')
  })

  test.each([
    ['redis', 0x2a],
    ['rediss', 0x16],
  ])('%s:// begins with octet %d: a RESP array, or a TLS handshake record', async (protocol, octet) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const first = new Promise<number | undefined>((resolve) => {
      server.on('connection', (socket) => {
        socket.on('error', () => undefined)
        socket.once('data', (chunk) => {
          resolve(chunk[0])
          socket.destroy()
        })
      })
    })
    const cache = await openCache(`${protocol}://127.0.0.1:${port}`)
    expect(await first).toBe(octet)
    await cache.close()
    server.close()
  })
})
