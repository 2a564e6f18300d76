import { parseTime } from '@voipbin/contracts/time'
import type { Database } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import type { Metrics } from './metrics.ts'

type Parts = { readonly service: string; readonly database: Database; readonly clock: Clock; readonly metrics: Metrics }

/** What waits in a service's own tables, read when scraped. */
export function observeService({ service, database, clock, metrics }: Parts): void {
  const read = () => database.engine.reader
  metrics.gauge('voipbin_outbox_events', 'Events committed and not yet published', ['service'], async () => [
    { labels: { service }, value: (await database.outbox.state(read())).waiting },
  ])
  metrics.gauge('voipbin_outbox_age_seconds', 'Age of the oldest event not yet published', ['service'], async () => {
    const { since } = await database.outbox.state(read())
    return [{ labels: { service }, value: since === undefined ? 0 : Math.max(0, clock.now() - parseTime(since)) / 1000 }]
  })
  metrics.gauge('voipbin_inbox_events', 'Events that wait for another try, and dead ones', ['service', 'state'], async () =>
    Object.entries(await database.inbox.counts(read())).map(([state, value]) => ({ labels: { service, state }, value })),
  )
  metrics.gauge('voipbin_jobs', 'Durable jobs by state', ['service', 'state'], async () =>
    Object.entries(await database.jobs.counts(read())).map(([state, value]) => ({ labels: { service, state }, value })),
  )
  metrics.gauge('voipbin_sql_connections', 'Connections to the database', ['service', 'state'], async () =>
    Object.entries(database.engine.pool()).map(([state, value]) => ({ labels: { service, state }, value })),
  )
}
