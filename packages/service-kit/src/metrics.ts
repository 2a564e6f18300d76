import { answered, CHECK_TIMEOUT_MS } from './answered.ts'

export type Labels = Readonly<Record<string, string | number>>
export type Sample = { readonly labels: Labels; readonly value: number }
export type Collect = () => Promise<readonly Sample[]>

/** A process's metrics in the text format of Prometheus. Names start with `voipbin_`; each is made once and shared by the services. */
export type Metrics = {
  counter(name: string, help: string, labels?: readonly string[]): { add(labels?: Labels, value?: number): void }
  histogram(
    name: string,
    help: string,
    labels?: readonly string[],
    buckets?: readonly number[],
  ): { observe(labels: Labels, value: number): void }
  /** Read when scraped. Several may feed one gauge, each with label values of its own. */
  gauge(name: string, help: string, labels: readonly string[], collect: Collect): void
  render(): Promise<string>
  readonly contentType: string
}

/** Those of one thread. */
export type ThreadMetrics = Metrics & {
  families(): Promise<MetricFamily[]>
  /** Renders those of another thread of the process as one with these. */
  include(families: () => Promise<readonly MetricFamily[]>): void
}

/** Seconds; from a fast in-memory answer to a deadline. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

type Kind = 'counter' | 'histogram' | 'gauge'
type Family = { readonly kind: Kind; readonly help: string; readonly lines: () => Promise<string[]> }
/** One metric with all its time series. */
export type MetricFamily = { readonly name: string; readonly kind: Kind; readonly help: string; readonly lines: readonly string[] }

export function createMetrics(): ThreadMetrics {
  const families = new Map<string, Family>()
  const made = new Map<string, unknown>()
  const others: (() => Promise<readonly MetricFamily[]>)[] = []

  /** @throws TypeError where the name is another kind of metric already */
  function once<T>(name: string, kind: Kind, make: () => T & Pick<Family, 'help' | 'lines'>): T {
    const family = families.get(name)
    if (family && family.kind !== kind) throw new TypeError(`Metric "${name}" is a ${family.kind} already`)
    if (family) return made.get(name) as T
    const metric = make()
    families.set(name, { kind, help: metric.help, lines: metric.lines })
    made.set(name, metric)
    return metric
  }

  async function ownFamilies(): Promise<MetricFamily[]> {
    const all: MetricFamily[] = []
    for (const [name, { kind, help, lines }] of families) all.push({ name, kind, help, lines: await lines() })
    return all
  }

  return {
    counter: (name, help, labels = []) => once(name, 'counter', () => counter(name, help, labels)),
    histogram: (name, help, labels = [], buckets = LATENCY_BUCKETS) =>
      once(name, 'histogram', () => histogram(name, help, { labels, buckets })),
    gauge(name, help, labels, collect) {
      once(name, 'gauge', () => gauge(name, help, labels)).collects.push(collect)
    },
    include: (other) => void others.push(other),
    families: ownFamilies,
    async render() {
      // One that hangs must not take away what the others say, which may tell why.
      const told = others.map((other) => answered(other(), CHECK_TIMEOUT_MS).catch(() => []))
      const all = [await ownFamilies(), ...(await Promise.all(told))]
      const parts: string[] = []
      for (const { name, kind, help, lines } of merged(all.flat())) {
        parts.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${kind}`, ...lines)
      }
      return `${parts.join('\n')}\n`
    },
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  }
}

/** One family a name: the lines of a metric stand together. */
function merged(families: readonly MetricFamily[]): Iterable<MetricFamily> {
  const all = new Map<string, MetricFamily>()
  for (const family of families) all.set(family.name, { ...family, lines: [...(all.get(family.name)?.lines ?? []), ...family.lines] })
  return all.values()
}

function counter(name: string, help: string, names: readonly string[]) {
  const values = new Map<string, number>()
  const textOf = rememberTexts(names)
  return {
    help,
    add(labels: Labels = {}, value = 1) {
      const key = textOf(labels)
      values.set(key, (values.get(key) ?? 0) + value)
    },
    lines: async () => [...values].map(([labels, value]) => `${name}${braces(labels)} ${value}`),
  }
}

type Observed = { readonly counts: number[]; sum: number }

function histogram(name: string, help: string, { labels: names, buckets }: { labels: readonly string[]; buckets: readonly number[] }) {
  const observed = new Map<string, Observed>()
  const textOf = rememberTexts(names)
  const linesOf = ([labels, { counts, sum }]: [string, Observed]) => {
    const before = labels === '' ? '' : `${labels},`
    let total = 0
    const lines = counts.map((count, index) => {
      total += count
      return `${name}_bucket{${before}le="${buckets[index] ?? '+Inf'}"} ${total}`
    })
    return [...lines, `${name}_sum${braces(labels)} ${sum}`, `${name}_count${braces(labels)} ${total}`]
  }
  return {
    help,
    observe(labels: Labels, value: number) {
      const key = textOf(labels)
      let into = observed.get(key)
      if (!into) {
        into = { counts: Array<number>(buckets.length + 1).fill(0), sum: 0 }
        observed.set(key, into)
      }
      const bucket = buckets.findIndex((limit) => value <= limit)
      const index = bucket < 0 ? buckets.length : bucket
      into.counts[index] = (into.counts[index] ?? 0) + 1
      into.sum += value
    },
    lines: async () => [...observed].flatMap(linesOf),
  }
}

function gauge(name: string, help: string, names: readonly string[]) {
  const collects: Collect[] = []
  return {
    help,
    collects,
    async lines() {
      // A source that fails, because its database is away, must not take the others along.
      const samples = await Promise.all(collects.map((collect) => collect().catch(() => [])))
      return samples.flat().map(({ labels, value }) => `${name}${braces(labelText(names, labels))} ${value}`)
    },
  }
}

/** `labelText` for labels that come again and again; as many are kept as there are time series. */
function rememberTexts(names: readonly string[]): (labels: Labels) => string {
  const texts = new Map<string, string>()
  return (labels) => {
    let raw = ''
    for (const name of names) raw += `${labels[name] ?? ''}\0`
    let text = texts.get(raw)
    if (text === undefined) {
      text = labelText(names, labels)
      texts.set(raw, text)
    }
    return text
  }
}

/** `method="getTag",service="tag"`, in the order in which the names were declared. */
const labelText = (names: readonly string[], labels: Labels): string =>
  names.map((name) => `${name}="${escapeValue(String(labels[name] ?? ''))}"`).join(',')

const escapeValue = (value: string): string =>
  /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value

const braces = (labels: string): string => (labels === '' ? '' : `{${labels}}`)
