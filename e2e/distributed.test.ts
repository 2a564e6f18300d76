import { describe } from 'vitest'
import { useScene } from './scene.ts'
import { requireServers } from './servers.ts'
import { crashStories, partialCrashStories } from './stories/crash.ts'
import { credentialStories } from './stories/credentials.ts'
import { deadLetterStories, listenerStories } from './stories/listener.ts'
import { repetitionStories } from './stories/repetition.ts'
import { replicaStories } from './stories/replicas.ts'
import { shutdownStories } from './stories/shutdown.ts'
import { transactionStories } from './stories/transaction.ts'
import { faultServices } from './world.ts'

describe.skipIf(requireServers() === undefined)('two processes a service', () => {
  const scene = useScene('distributed', 'faults', { services: faultServices })
  const forever = deadLetterStories(scene)
  forever.begin()
  crashStories(scene)
  partialCrashStories(scene)
  replicaStories(scene)
  listenerStories(scene)
  repetitionStories(scene)
  transactionStories(scene)
  credentialStories(scene)
  shutdownStories(scene)
  forever.end()
})
