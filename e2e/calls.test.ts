import { describe } from 'vitest'
import { useScene } from './scene.ts'
import { requireServers } from './servers.ts'
import { callStories } from './stories/calls.ts'

/** What a call needs; every further service would be two more processes. */
const services = ['customer', 'agent', 'direct', 'registrar', 'number', 'flow', 'call', 'switch', 'gateway']

describe('calls of one process', () => callStories(useScene('single', 'product')))

describe.skipIf(requireServers() === undefined)('calls of two processes a service', () =>
  callStories(useScene('distributed', 'product', { services })),
)
