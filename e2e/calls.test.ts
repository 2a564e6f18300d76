import { describe } from 'vitest'
import { useScene } from './scene.ts'
import { requireServers } from './servers.ts'
import { callStories } from './stories/calls.ts'
import { liveCallStories, lostCallStories } from './stories/live-calls.ts'

/** What a call needs; every further service would be two more processes. */
const services = ['customer', 'agent', 'direct', 'registrar', 'number', 'flow', 'call', 'switch', 'gateway', 'webhook', 'timeline']
const env = {
  ...{ VOIPBIN_OUTBOUND_ALLOW: '127.0.0.1/32', VOIPBIN_SIP_ALLOWED_SOURCES: '127.0.0.1' },
  // Dozens of processes start beside the switch: being late then is no reason to refuse calls.
  VOIPBIN_SIP_MAX_LATENESS_MS: '10000',
}

describe('calls of one process', () => {
  const scene = useScene('single', 'product', { env })
  callStories(scene)
  lostCallStories(scene)
})

describe.skipIf(requireServers() === undefined)('calls of two processes a service and one switch', () => {
  const scene = useScene('distributed', 'product', {
    services,
    env,
    alone: ['switch'],
  })
  callStories(scene)
  liveCallStories(scene)
})
