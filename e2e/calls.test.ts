import { startFakeS3 } from '@voipbin/blob/testing'
import { afterAll, describe } from 'vitest'
import { openSeller } from './carriers.ts'
import { peopleEnv } from './people.ts'
import { useScene } from './scene.ts'
import { requireServers } from './servers.ts'
import { actionStories } from './stories/actions.ts'
import { callStories } from './stories/calls.ts'
import { liveCallStories, lostCallStories } from './stories/live-calls.ts'
import { meetingStories } from './stories/meetings.ts'
import { outboundStories } from './stories/outbound.ts'
import { recordingStories } from './stories/recordings.ts'
import { streamStories } from './stories/streams.ts'

/** What a call needs; every further service would be two more processes. */
const services = [
  'customer',
  'agent',
  'direct',
  'registrar',
  'number',
  'route',
  'flow',
  'call',
  'switch',
  'gateway',
  'webhook',
  'timeline',
  'storage',
  'tts',
]
const seller = await openSeller()
const s3 = await startFakeS3()
/** Its machines have no folder in common. */
const blobEnv = { VOIPBIN_BLOB_URL: `s3://voipbin?endpoint=${s3.url}`, VOIPBIN_BLOB_KEY_ID: 'KEY', VOIPBIN_BLOB_SECRET: 'HIDDEN' }
const env = {
  ...peopleEnv,
  ...seller.env,
  VOIPBIN_SIP_ALLOWED_SOURCES: '127.0.0.1',
  // Dozens of processes start beside the switch: being late then is no reason to refuse calls.
  VOIPBIN_SIP_MAX_LATENESS_MS: '10000',
}

afterAll(() => Promise.all([seller.close(), s3.close()]))

describe('calls of one process', () => {
  const scene = useScene('single', 'product', { env })
  outboundStories(scene)
  callStories(scene)
  actionStories(scene)
  meetingStories(scene)
  lostCallStories(scene)
  streamStories(scene)
  recordingStories(scene)
})

describe.skipIf(requireServers() === undefined)('calls of two processes a service and one switch', () => {
  const scene = useScene('distributed', 'product', {
    services,
    env: { ...env, ...blobEnv },
    alone: ['switch', 'route', 'storage', 'tts'],
  })
  outboundStories(scene)
  callStories(scene)
  actionStories(scene)
  meetingStories(scene)
  liveCallStories(scene)
  streamStories(scene)
  recordingStories(scene)
})
