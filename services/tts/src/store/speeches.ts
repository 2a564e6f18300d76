import { DuplicateKey, type Read, type Tx } from '@voipbin/sql'

/** A sound that was made of a text: it is the blob of the same name. */
export type Speech = {
  /** Of customer, driver, voice and text. */
  readonly key: string
  readonly customer_id: string
  readonly octets: number
  readonly duration_ms: number
  readonly tm_used: string
}

const TABLE = 'tts_speeches'
const FIELDS = 'speech_key, customer_id, octets, duration_ms, tm_used'

export async function findSpeech(read: Read, key: string): Promise<Speech | undefined> {
  const [row] = await read.connection.all(`select ${FIELDS} from ${TABLE} where speech_key = ?`, [key])
  return row && decode(row)
}

/** Two replicas may have made the same at once; the row is the same, too. */
export async function saveSpeech(tx: Tx, { key, customer_id, octets, duration_ms }: Omit<Speech, 'tm_used'>): Promise<void> {
  const update = `update ${TABLE} set octets = ?, duration_ms = ?, tm_used = ? where speech_key = ?`
  if ((await tx.connection.run(update, [octets, duration_ms, tx.now, key])) > 0) return
  const insert = `insert into ${TABLE} (${FIELDS}) values (?, ?, ?, ?, ?)`
  try {
    await tx.connection.run(insert, [key, customer_id, octets, duration_ms, tx.now])
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error
  }
}

export async function touchSpeech(tx: Tx, key: string): Promise<void> {
  await tx.connection.run(`update ${TABLE} set tm_used = ? where speech_key = ?`, [tx.now, key])
}

export async function deleteSpeech(tx: Tx, key: string): Promise<void> {
  await tx.connection.run(`delete from ${TABLE} where speech_key = ?`, [key])
}

/** Not played since a time, the longest ago first. */
export async function unusedSince(read: Read, time: string, limit: number): Promise<Speech[]> {
  return list(read, `where tm_used < ? order by tm_used, speech_key limit ?`, [time, limit])
}

export const speechesOf = (read: Read, customerId: string, limit: number): Promise<Speech[]> =>
  list(read, 'where customer_id = ? limit ?', [customerId, limit])

export async function totalOctets(read: Read): Promise<number> {
  const [row] = await read.connection.all(`select coalesce(sum(octets), 0) as total from ${TABLE}`, [])
  return Number(row?.['total'] ?? 0)
}

async function list(read: Read, where: string, values: readonly (string | number)[]): Promise<Speech[]> {
  return (await read.connection.all(`select ${FIELDS} from ${TABLE} ${where}`, values)).map(decode)
}

const decode = (row: Readonly<Record<string, unknown>>): Speech => ({
  key: String(row['speech_key']),
  customer_id: String(row['customer_id']),
  octets: Number(row['octets']),
  duration_ms: Number(row['duration_ms']),
  tm_used: String(row['tm_used']),
})
