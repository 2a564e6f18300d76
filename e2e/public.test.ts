import { describe } from 'vitest'
import { peopleEnv } from './people.ts'
import { type Scene, useScene } from './scene.ts'
import { requireServers } from './servers.ts'
import { crowdStories } from './stories/crowd.ts'
import { directStories } from './stories/direct.ts'
import { pageStories } from './stories/pages.ts'
import { signInStories } from './stories/sign-in.ts'

const env = { ...peopleEnv, VOIPBIN_OUTBOUND_ALLOW: '127.0.0.1/32' }

/** What customers touch: signing in, pages, direct hashes, event sockets, webhooks. */
function stories(scene: Scene): void {
  signInStories(scene)
  pageStories(scene)
  directStories(scene)
  crowdStories(scene)
}

describe('one process, from outside', () => stories(useScene('single', 'product', env)))

describe.skipIf(requireServers() === undefined)('two processes a service, from outside', () =>
  stories(useScene('distributed', 'product', env)),
)
