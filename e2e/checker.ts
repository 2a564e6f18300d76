import { setTimeout as pause } from 'node:timers/promises'
import type { Row } from '@voipbin/sql'
import type { Journal, Kept } from './journal.ts'
import type { World } from './world.ts'

const PATIENCE_MS = 40_000
const POLL_MS = 250
/** What comes twice may come late. */
const SECOND_LOOK_MS = 700
const SHOWN = 12

/**
 * Reads every database and the event logs and compares them with what was acknowledged: nothing lost, nothing applied twice, each key in
 * order, nothing left waiting, nothing dead but what should be.
 * @throws Error naming the differences that remain after 40 s
 */
export async function expectConsistent(world: World, journal: Journal): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (let clean = 0; clean < 2; ) {
    const found = await differences(world, journal)
    if (found.length === 0) clean++
    else if (clean > 0 || performance.now() > deadline) throw new Error(describe(found))
    await pause(found.length === 0 ? SECOND_LOOK_MS : POLL_MS)
  }
}

function describe(found: readonly string[]): string {
  const more = found.length > SHOWN ? `\n… and ${found.length - SHOWN} more` : ''
  return `${found.length} differences:\n${found.slice(0, SHOWN).join('\n')}${more}`
}

/** Services that keep no tables. */
const nodes: ReadonlySet<string> = new Set(['switch'])

export async function differences(world: World, journal: Journal): Promise<string[]> {
  const hasProbes = world.services.includes('ledger')
  const looks = hasProbes ? [rowsDiffer, logDiffers, transfersDiffer, remindersDiffer] : [rowsDiffer]
  const found = await Promise.all([
    ...looks.map((look) => look(world, journal)),
    ...world.services.filter((service) => !nodes.has(service)).map((service) => leftovers(world, journal, service)),
  ])
  return found.flat()
}

const tables = { account_accounts: 'account', tag_tags: 'tag' } as const satisfies Record<Kept['table'], string>

async function rowsDiffer(world: World, journal: Journal): Promise<string[]> {
  const differ: string[] = []
  for (const [table, service] of Object.entries(tables)) {
    if (!world.services.includes(service)) continue
    const rows = await world.query(service, `select id, name, version, tm_delete from ${table}`)
    const byId = new Map(rows.map((row) => [String(row['id']), row]))
    for (const kept of journal.resources.values()) {
      if (kept.table === table) differ.push(...rowDiffers(kept, byId.get(kept.id)))
    }
    // A creation that was done twice leaves a row that nobody was told of.
    for (const id of byId.keys()) if (!journal.resources.has(id)) differ.push(`${table} "${id}" was never acknowledged`)
  }
  return differ
}

function rowDiffers(kept: Kept, row: Row | undefined): string[] {
  const { table, id, name, version, isDeleted } = kept
  const stored = row && { name: row['name'], version: Number(row['version']), isDeleted: row['tm_delete'] !== null }
  const wanted = { name, version, isDeleted }
  return JSON.stringify(stored) === JSON.stringify(wanted)
    ? []
    : [`${table} "${id}" is ${JSON.stringify(stored)}, acknowledged was ${JSON.stringify(wanted)}`]
}

/** Each resource's events 1, 2, 3 … as the ledger applied them. */
async function logDiffers(world: World, journal: Journal): Promise<string[]> {
  const rows = await world.query('ledger', 'select resource_id, sequence from ledger_applied order by position')
  const applied = Map.groupBy(rows, (row) => String(row['resource_id']))
  return [...journal.resources.values()].flatMap(({ id, version }) => {
    if (journal.held.has(id)) return []
    const sequences = (applied.get(id) ?? []).map((row) => Number(row['sequence']))
    const all = Array.from({ length: version }, (_, index) => index + 1)
    const isIn = (state: 'dead' | 'replayed' | undefined) => (sequence: number) => journal.dead.get(`${id} ${sequence}`) === state
    const wanted = [...all.filter(isIn(undefined)), ...all.filter(isIn('replayed'))]
    return sequences.join() === wanted.join() ? [] : [`events of "${id}" were applied as ${sequences.join()}; its version is ${version}`]
  })
}

/** Debited, booked and confirmed once each. */
async function transfersDiffer(world: World, journal: Journal): Promise<string[]> {
  const bookings = await world.query('ledger', 'select id, transfer_id, account_id, amount from ledger_bookings')
  const confirmed = await world.query('account', "select resource_id from account_applied where type = 'ledger_booked'")
  const accounts = await world.query('account', 'select id, balance from account_accounts')
  const byTransfer = Map.groupBy(bookings, (row) => String(row['transfer_id']))
  const confirmations = Map.groupBy(confirmed, (row) => String(row['resource_id']))
  const differ: string[] = []
  for (const [transferId, { amount }] of journal.transfers) {
    const booked = byTransfer.get(transferId) ?? []
    if (booked.length !== 1 || Number(booked[0]?.['amount']) !== amount)
      differ.push(`transfer "${transferId}" is booked ${booked.length} times`)
    const heard = confirmations.get(String(booked[0]?.['id']))?.length ?? 0
    if (heard !== 1) differ.push(`transfer "${transferId}" was confirmed ${heard} times`)
  }
  for (const transferId of byTransfer.keys())
    if (!journal.transfers.has(transferId)) differ.push(`transfer "${transferId}" was never asked for`)
  const booked = sumBy(bookings, 'account_id', 'amount')
  for (const row of accounts) {
    const total = booked.get(String(row['id'])) ?? 0
    if (Number(row['balance']) !== -total) differ.push(`account "${row['id']}" has ${row['balance']}, its bookings say ${-total}`)
  }
  return differ
}

function sumBy(rows: readonly Row[], key: string, value: string): Map<string, number> {
  const sums = new Map<string, number>()
  for (const row of rows) sums.set(String(row[key]), (sums.get(String(row[key])) ?? 0) + Number(row[value]))
  return sums
}

async function remindersDiffer(world: World, journal: Journal): Promise<string[]> {
  const rows = await world.query('account', 'select kind, reminder_id from account_reminders')
  const ran = Map.groupBy(rows, (row) => `${row['kind']} ${row['reminder_id']}`)
  return [...journal.reminders].flatMap((id) =>
    ['settle', 'notify'].flatMap((kind) => {
      const times = ran.get(`${kind} ${id}`)?.length ?? 0
      return times === 1 ? [] : [`job "${kind}" of reminder "${id}" was committed ${times} times`]
    }),
  )
}

/** What the kernel has still to do, or has given up. */
async function leftovers(world: World, journal: Journal, service: string): Promise<string[]> {
  const [outbox] = await world.query(service, `select count(*) as total from ${service}_outbox`)
  const parked = await world.query(service, `select state, order_key, body from ${service}_parked`)
  const jobs = await world.query(service, `select state, kind, job_key, error from ${service}_jobs`)
  const waiting = Number(outbox?.['total'] ?? 0)
  return [
    ...(waiting === 0 ? [] : [`${service} has ${waiting} events in its outbox`]),
    ...parked.filter((row) => !isExpected(row, journal)).map((row) => `${service} has a ${row['state']} event of "${row['order_key']}"`),
    ...jobs
      .filter((row) => !isTimer(row))
      .map((row) => `${service} has a ${row['state']} job "${row['kind']}" "${row['job_key']}": ${row['error']}`),
  ]
}

/** Looks that come again and again: whether the nodes live, whether events are old enough to go. */
const looks: ReadonlySet<unknown> = new Set(['check_nodes', 'forget_events'])
const isTimer = (row: Row): boolean => row['state'] === 'waiting' && row['error'] === null && looks.has(row['kind'])

function isExpected(row: Row, { dead, held }: Journal): boolean {
  if (held.has(String(row['order_key']))) return true
  const event = JSON.parse(String(row['body'])) as { resource_id: string; sequence: number }
  return row['state'] === dead.get(`${event.resource_id} ${event.sequence}`)
}
