import { describe } from 'vitest'
import { useScene } from './scene.ts'
import { crashStories } from './stories/crash.ts'
import { credentialStories } from './stories/credentials.ts'
import { deadLetterStories, listenerStories } from './stories/listener.ts'
import { repetitionStories } from './stories/repetition.ts'
import { shutdownStories } from './stories/shutdown.ts'
import { transactionStories } from './stories/transaction.ts'

describe('everything in one process', () => {
  const scene = useScene('single', 'faults')
  const forever = deadLetterStories(scene)
  forever.begin()
  crashStories(scene)
  listenerStories(scene)
  repetitionStories(scene)
  transactionStories(scene)
  credentialStories(scene)
  shutdownStories(scene)
  forever.end()
})
