import type { Page, PageRequest } from '@voipbin/contracts/page'
import type { TimelineEvent } from '@voipbin/contracts/timeline'
import type { Read, SqlValue, Tx } from '@voipbin/sql'
import type { Link } from '../correlate.ts'

export type NewEvent = Omit<TimelineEvent, 'data'> & {
  readonly customer_id: string
  /** JSON. */
  readonly data: string
  readonly links: readonly Link[]
}

const INSERT =
  'insert into timeline_events (id, customer_id, publisher, event_type, resource_id, tm_event, link_ids, data) values (?, ?, ?, ?, ?, ?, ?, ?)'

/** In one statement each: an event, and what it is found under. */
export async function insertEvent({ connection }: Tx, { links, ...event }: NewEvent): Promise<void> {
  const { id, customer_id, publisher, event_type, resource_id, timestamp, data } = event
  const linkIds = JSON.stringify(links.map((link) => link.resource_id))
  await connection.run(INSERT, [id, customer_id, publisher, event_type, resource_id, timestamp, linkIds, data])
  if (links.length === 0) return
  const values = links.flatMap((link): SqlValue[] => [link.resource_id, id, link.is_own ? 1 : 0])
  const places = links.map(() => '(?, ?, ?)').join(', ')
  await connection.run(`insert into timeline_links (resource_id, event_id, is_own) values ${places}`, values)
}

const COLUMNS = 'e.id, e.tm_event, e.event_type, e.publisher, e.resource_id, e.data'

export type Wanted = {
  readonly customer_id: string
  /** Only what belongs to all of these; of the customer where there are none. */
  readonly resource_ids: readonly string[]
  /** What tells of the resource itself, and nothing else that belongs to it. */
  readonly isOwn: boolean
}

/** Newest first. */
export async function listEvents(
  { connection }: Read,
  { customer_id, resource_ids, isOwn }: Wanted,
  page: PageRequest,
): Promise<Page<TimelineEvent>> {
  const joins = resource_ids.map((_, index) => ` join timeline_links l${index} on l${index}.event_id = e.id and l${index}.resource_id = ?`)
  const own = isOwn ? ' and l0.is_own = 1' : ''
  // By the links' own key, where there is one: else a database may read all that the customer has.
  const key = resource_ids.length > 0 ? 'l0.event_id' : 'e.id'
  const { text, values } = cursorOf(page.page_token, key)
  const rows = await connection.all(
    `select ${COLUMNS} from timeline_events e${joins.join('')} where e.customer_id = ?${own}${text} order by ${key} desc limit ?`,
    [...resource_ids, customer_id, ...values, page.page_size],
  )
  const result = rows.map(decode)
  const last = result.at(-1)
  return { result, next_page_token: last ? `${last.timestamp}~${last.id}` : '' }
}

const decode = (row: Readonly<Record<string, unknown>>): TimelineEvent => ({
  ...{ id: String(row['id']), timestamp: String(row['tm_event']), event_type: String(row['event_type']) },
  ...{ publisher: String(row['publisher']), resource_id: String(row['resource_id']) },
  data: JSON.parse(String(row['data'])) as Record<string, unknown>,
})

/** Ids grow with time, so that behind the id of the last row is what is older. A plain time is accepted, too. */
function cursorOf(token: string, key: string): { text: string; values: SqlValue[] } {
  const [time = '', id] = token.split('~')
  if (id) return { text: ` and ${key} < ?`, values: [id.toLowerCase()] }
  return time === '' ? { text: '', values: [] } : { text: ' and e.tm_event < ?', values: [time.replace(' ', 'T')] }
}

/** Up to `limit` of the oldest before that id, or of a customer. @returns how many */
export async function deleteEvents(
  tx: Tx,
  of: { readonly before: string } | { readonly customer_id: string },
  limit: number,
): Promise<number> {
  const [where, value] = 'before' in of ? ['id < ?', of.before] : ['customer_id = ?', of.customer_id]
  const rows = await tx.connection.all(`select id, link_ids from timeline_events where ${where} order by id limit ${limit}`, [value])
  for (const row of rows) {
    for (const link of JSON.parse(String(row['link_ids'])) as string[])
      await tx.connection.run('delete from timeline_links where resource_id = ? and event_id = ?', [link, String(row['id'])])
    await tx.connection.run('delete from timeline_events where id = ?', [String(row['id'])])
  }
  return rows.length
}
