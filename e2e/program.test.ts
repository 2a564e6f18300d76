import { describe } from 'vitest'
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

describe.skipIf(requireServers() === undefined)('the program as two processes a service', () => stories(useScene('distributed', 'product')))
