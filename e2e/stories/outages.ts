import { afterEach, expect, test } from 'vitest'
import { gatewayUrls, sendTo } from '../http.ts'
import { type Scene, underLoad, until } from '../scene.ts'
import {
  crashServer,
  flushCache,
  hangServer,
  restartServer,
  type ServerName,
  type ServerUrls,
  serverNames,
  startServer,
  stopServer,
} from '../servers.ts'

const HANG_MS = 3000

type Outage = (urls: ServerUrls, name: ServerName) => Promise<void>

/** Of the servers that the distributed world stands on. */
export function outageStories(scene: Scene): void {
  // Also after a story that broke off: those that follow need all three.
  afterEach(async () => {
    for (const name of serverNames) if (scene.world.urls) await startServer(scene.world.urls, name)
  })

  test.each<[string, ServerName, Outage]>([
    ['RabbitMQ is restarted', 'rabbitmq', restartServer],
    ['RabbitMQ is killed', 'rabbitmq', crashServer],
    ['RabbitMQ hangs', 'rabbitmq', (urls, name) => hangServer(urls, name, HANG_MS)],
    ['MariaDB is restarted', 'mariadb', restartServer],
    ['MariaDB is killed', 'mariadb', crashServer],
    ['MariaDB hangs', 'mariadb', (urls, name) => hangServer(urls, name, HANG_MS)],
    ['Redis is flushed', 'redis', ({ cache }) => flushCache(cache)],
    ['Redis is killed', 'redis', crashServer],
  ])('%s', async (_, name, outage) => {
    const { urls } = scene.world
    if (!urls) throw new TypeError('A single process stands on no servers')
    await underLoad(scene, () => outage(urls, name))
    await until(() => isReady(scene), 'every gateway to be ready again')
  })

  test('without Redis everything works, and says that it is degraded', async () => {
    const { world } = scene
    const { urls } = world
    if (!urls) throw new TypeError('A single process stands on no servers')
    await underLoad(scene, async () => {
      await stopServer(urls, 'redis')
      const answers = await Promise.all(gatewayUrls(world).map((url) => sendTo(url, { method: 'GET', path: '/health/ready' })))
      for (const { status, text } of answers) expect([status, JSON.parse(text)]).toMatchObject([200, { status: 'degraded' }])
    })
    await startServer(urls, 'redis')
    await until(() => isReady(scene), 'every gateway to be ready again')
  })
}

async function isReady({ world }: Scene): Promise<boolean> {
  const answers = await Promise.all(gatewayUrls(world).map((url) => sendTo(url, { method: 'GET', path: '/health/ready' })))
  return answers.every(({ text }) => JSON.parse(text).status === 'ok')
}
