import type { Logger } from './logger.ts'
import type { Living } from './run-service.ts'

/** For publishing what is left: a subscriber that is away takes nothing, however long one waits. */
const FLUSH_MS = 5000

/**
 * Takes nothing new, finishes what is in hand, publishes what that has left, lets go. A step that fails is logged, and
 * the next is done all the same. What is not published stays in the outbox for the next start, or for another replica.
 */
export async function stopServices(services: readonly Living[], log: Logger): Promise<void> {
  const attempt = async (step: string, work: () => Promise<unknown>) => {
    await work().catch((error: unknown) => log.error(`cannot ${step}`, { error }))
  }
  const forAll = (step: string, work: (service: Living) => Promise<unknown>) =>
    Promise.all(services.map((service) => attempt(`${step} of ${service.name}`, () => work(service))))

  await forAll('close the servers', (service) => service.stopListening())
  await forAll('finish the jobs', (service) => service.stopJobs())
  // One after the other, the last first: a request in hand may still ask a service that was started before.
  for (const service of services.toReversed()) await attempt(`finish the requests of ${service.name}`, service.stopServing)
  await attempt('publish what is left', () => flush(services))
  await forAll('close what is left', (service) => service.close())
}

async function flush(services: readonly Living[]): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('The bus did not take the events in time')), FLUSH_MS)
  try {
    // What one publishes, another answers with events of its own: until a round finds nothing.
    for (let count = 1; count > 0; ) {
      const counts = await Promise.race([Promise.all(services.map((service) => service.flush())), late])
      count = counts.reduce((sum, each) => sum + each, 0)
    }
  } finally {
    clearTimeout(timer)
  }
}
