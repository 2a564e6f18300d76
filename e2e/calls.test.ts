import { startFakeS3 } from '@voipbin/blob/testing'
import { afterAll, describe } from 'vitest'
import { openSeller } from './carriers.ts'
import { peopleEnv } from './people.ts'
import { type Scene, useScene } from './scene.ts'
import { requireServers } from './servers.ts'
import { actionStories } from './stories/actions.ts'
import { outageDuringCalls } from './stories/call-outage.ts'
import { callStories } from './stories/calls.ts'
import { liveCallStories, lostCallStories } from './stories/live-calls.ts'
import { meetingStories } from './stories/meetings.ts'
import { outboundStories } from './stories/outbound.ts'
import { recordingStories } from './stories/recordings.ts'
import { streamStories } from './stories/streams.ts'
import type { WorldKind } from './world.ts'

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
/** The other world's switch is on the same machine. */
const ownPorts = { VOIPBIN_RTP_PORT_FIRST: '20000', VOIPBIN_RTP_PORT_LAST: '29999' }

afterAll(() => Promise.all([seller.close(), s3.close()]))

const names = { single: 'one process', distributed: 'two processes a service and one switch' } as const

/** Both worlds are up at once: while a receiver of each is away, stories play in one after the other. */
describe('calls of', () => {
  const kinds = requireServers() ? (['single', 'distributed'] as const) : (['single'] as const)
  const acts = kinds.map((kind) => {
    const scene =
      kind === 'single'
        ? useScene(kind, 'product', { env: { ...env, ...ownPorts } })
        : useScene(kind, 'product', { services, env: { ...env, ...blobEnv }, alone: ['switch', 'route', 'storage', 'tts'] })
    return { name: names[kind], kind, scene, outage: outageDuringCalls(scene) }
  })
  for (const { name, outage } of acts) describe(name, outage.begin)
  for (const { name, scene } of acts) describe(name, () => stories(scene))
  for (const { name, outage } of acts) describe(name, outage.end)
  // Whose switch dies has no call left.
  for (const { name, kind, scene } of acts) describe(name, () => deathStories(scene, kind))
})

function stories(scene: Scene): void {
  outboundStories(scene)
  callStories(scene)
  actionStories(scene)
  meetingStories(scene)
  streamStories(scene)
}

function deathStories(scene: Scene, kind: WorldKind): void {
  if (kind === 'single') lostCallStories(scene)
  else liveCallStories(scene)
  recordingStories(scene)
}
