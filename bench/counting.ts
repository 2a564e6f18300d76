/** What a process does, by kind: requests and events on its bus, statements on SQLite. Nothing of the product knows of it. */
import { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Bus } from '@voipbin/bus'

export type Tally = Readonly<Record<string, { readonly count: number; readonly ms: number }>>
export type Counts = { readonly requests: Tally; readonly published: Tally; readonly delivered: Tally; readonly statements: Tally }

class Tallies {
  readonly #entries = new Map<string, { count: number; ms: number }>()

  add(name: string, ms = 0): void {
    const entry = this.#entries.get(name)
    if (entry) {
      entry.count++
      entry.ms += ms
    } else this.#entries.set(name, { count: 1, ms })
  }

  read(): Tally {
    return Object.fromEntries([...this.#entries].map(([name, entry]) => [name, { ...entry }]))
  }
}

/** @returns the bus, which counts, and what was counted so far */
export function countBus(bus: Bus): { readonly bus: Bus; readonly read: () => Omit<Counts, 'statements'> } {
  const [requests, published, delivered] = [new Tallies(), new Tallies(), new Tallies()]
  const counting: Bus = {
    ...bus,
    request(request) {
      requests.add(`${request.service}.${request.method}`)
      return bus.request(request)
    },
    publish(events) {
      for (const { publisher, type } of events) published.add(`${publisher} ${type}`)
      return bus.publish(events)
    },
    subscribe: (service, topics, handler) =>
      bus.subscribe(service, topics, (events, partition) => {
        for (const { publisher } of events) delivered.add(`${publisher} → ${service}`)
        return handler(events, partition)
      }),
  }
  const { subscribeTexts } = bus
  if (subscribeTexts) {
    const countingTexts: typeof subscribeTexts = (service, topics, handler) =>
      subscribeTexts(service, topics, (texts, partition) => {
        for (const text of texts) delivered.add(`${/"publisher":"([^"]+)"/.exec(text)?.[1]} → ${service}`)
        return handler(texts, partition)
      })
    Object.assign(counting, { subscribeTexts: countingTexts })
  }
  return { bus: counting, read: () => ({ requests: requests.read(), published: published.read(), delivered: delivered.read() }) }
}

/** From now on, of every database of this process. Must come before the first is opened. */
export function countStatements(): () => Tally {
  const statements = new Tallies()
  const names = new WeakMap<StatementSync, string>()
  const prepare = DatabaseSync.prototype.prepare
  DatabaseSync.prototype.prepare = function (text) {
    const statement = prepare.call(this, text)
    names.set(statement, kindOf(text))
    return statement
  }
  for (const method of ['run', 'all'] as const) {
    const original = StatementSync.prototype[method] as (...values: unknown[]) => unknown
    const counted = function (this: StatementSync, ...values: unknown[]) {
      const begun = performance.now()
      try {
        return original.apply(this, values)
      } finally {
        statements.add(names.get(this) ?? '?', performance.now() - begun)
      }
    }
    Object.assign(StatementSync.prototype, { [method]: counted })
  }
  return () => statements.read()
}

/** `UPDATE "call_calls" SET …` → `update call_calls` */
function kindOf(text: string): string {
  const [verb = ''] = text.trim().split(/\s/, 1)
  const table = /\b(?:from|into|update)\s+["`]?(\w+)/i.exec(text)?.[1]
  return table ? `${verb.toLowerCase()} ${table}` : verb.toLowerCase()
}

/** What came to `later` since `earlier`, of each, in descending order. */
export function between(earlier: Tally, later: Tally): { readonly name: string; readonly count: number; readonly ms: number }[] {
  return Object.entries(later)
    .map(([name, { count, ms }]) => ({ name, count: count - (earlier[name]?.count ?? 0), ms: ms - (earlier[name]?.ms ?? 0) }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count)
}
