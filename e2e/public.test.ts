import { describe } from 'vitest'
import { peopleEnv } from './people.ts'
import { type Scene, useScene } from './scene.ts'
import { requireServers } from './servers.ts'
import { crowdStories } from './stories/crowd.ts'
import { directStories } from './stories/direct.ts'
import { pageStories } from './stories/pages.ts'
import { signInStories } from './stories/sign-in.ts'
import { socketStories } from './stories/sockets.ts'
import { outageOfReceivers, webhookStories } from './stories/webhooks.ts'
import { publicServices } from './world.ts'

const env = { ...peopleEnv, VOIPBIN_OUTBOUND_ALLOW: '127.0.0.1/32' }
const names = { single: 'one process', distributed: 'two processes a service' } as const

/**
 * What customers touch: signing in, pages, direct hashes, event sockets, webhooks. Both worlds are up at once: while their receivers are
 * away, stories play in one after the other.
 */
describe('from outside', () => {
  const kinds = requireServers() ? (['single', 'distributed'] as const) : (['single'] as const)
  const acts = kinds.map((kind) => {
    const scene = useScene(kind, 'product', { env, services: publicServices })
    return { name: names[kind], scene, outage: outageOfReceivers(scene) }
  })
  for (const { name, outage } of acts) describe(name, outage.begin)
  for (const { name, scene } of acts) describe(name, () => stories(scene))
  for (const { name, outage } of acts) describe(name, outage.end)
})

function stories(scene: Scene): void {
  signInStories(scene)
  pageStories(scene)
  directStories(scene)
  socketStories(scene)
  webhookStories(scene)
  crowdStories(scene)
}
