import { describe } from 'vitest'
import { useScene } from './scene.ts'
import { requireServers } from './servers.ts'
import { tagStories } from './stories/tags.ts'

/** The program that users start. */
describe('API of one process', () => tagStories(useScene('single', 'product')))

describe.skipIf(requireServers() === undefined)('API of two processes a service', () => tagStories(useScene('distributed', 'product')))
