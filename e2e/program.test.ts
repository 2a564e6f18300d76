import { describe } from 'vitest'
import { services } from '../apps/voipbin/src/services.ts'
import { type Scene, useScene } from './scene.ts'
import { requireServers } from './servers.ts'
import { programStories } from './stories/program.ts'
import { tagStories } from './stories/tags.ts'

/** The program that users start. */
function stories(scene: Scene): void {
  programStories(scene)
  tagStories(scene)
}

describe('the program as one process', () => stories(useScene('single', 'product')))

/** Two processes of what the load needs; that every other service starts, is killed and ends as a process of its own is seen with one. */
const alone = Object.keys(services).filter((name) => !['customer', 'tag', 'gateway'].includes(name))

describe.skipIf(requireServers() === undefined)('the program as a process a service and more', () =>
  stories(useScene('distributed', 'product', { alone })),
)
