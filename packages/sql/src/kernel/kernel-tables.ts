import { asciiColumn, idColumn, integerColumn, jsonColumn, nullable, type Schema, textColumn, timeColumn } from '../schema.ts'

/** The tables that the kernel keeps beside a service's own, all in the same database so that one commit covers both. */
export async function createKernelTables(schema: Schema, service: string): Promise<void> {
  const counted = { primaryKey: ['position'], isCounted: true, mayRecount: true }
  await schema.createTable(`${service}_outbox`, { body: jsonColumn(), tm_create: timeColumn() }, counted)
  // Event ids grow with time, so rows are appended and old ones are one range at the front.
  await schema.createTable(
    `${service}_inbox`,
    { event_id: idColumn(), listener: asciiColumn(200) },
    { primaryKey: ['event_id', 'listener'], isClustered: true },
  )
  await createParked(schema, `${service}_parked`)
  await createJobs(schema, `${service}_jobs`)
  await schema.createTable(
    `${service}_operations`,
    { hash: asciiColumn(43), method: asciiColumn(100), input_hash: asciiColumn(43), reply: jsonColumn(), tm_create: timeColumn() },
    counted,
  )
  await schema.createIndex(`${service}_operations`, ['hash'], { unique: true })
  await schema.createTable(
    `${service}_leases`,
    { name: asciiColumn(64), holder: idColumn(), epoch: integerColumn(), beat: integerColumn() },
    { primaryKey: ['name'] },
  )
  await schema.createTable(
    `${service}_instances`,
    { id: idColumn(), beat: integerColumn(), tm_start: timeColumn() },
    { primaryKey: ['id'] },
  )
}

async function createParked(schema: Schema, table: string): Promise<void> {
  const columns = {
    event_id: idColumn(),
    listener: asciiColumn(200),
    order_key: textColumn(255),
    state: asciiColumn(10),
    attempt: integerColumn(),
    due_at: timeColumn(),
    body: jsonColumn(),
    error: nullable(textColumn(4096)),
    tm_create: timeColumn(),
  }
  await schema.createTable(table, columns, { primaryKey: ['position'], isCounted: true })
  await schema.createIndex(table, ['state', 'due_at'])
  // Whether anything waits before an event of the same key, and which of them is the first.
  await schema.createIndex(table, ['listener', 'order_key'])
}

async function createJobs(schema: Schema, table: string): Promise<void> {
  const columns = {
    id: idColumn(),
    kind: asciiColumn(100),
    job_key: textColumn(255),
    due_at: timeColumn(),
    payload: jsonColumn(),
    attempt: integerColumn(),
    fence: integerColumn(),
    state: asciiColumn(10),
    owner: nullable(idColumn()),
    request_id: textColumn(64),
    trace: asciiColumn(64),
    error: nullable(textColumn(4096)),
    tm_create: timeColumn(),
  }
  await schema.createTable(table, columns, { primaryKey: ['kind', 'job_key'], isClustered: true })
  await schema.createIndex(table, ['state', 'due_at'])
}
