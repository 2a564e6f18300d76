import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Labels = Readonly<Record<string, string | number>>

/** A process's Prometheus registry. Names start with `voipbin_`; each metric is made once and shared by the services. */
export type Metrics = {
  counter(name: string, help: string, labels?: readonly string[]): { add(labels?: Labels, value?: number): void }
  histogram(
    name: string,
    help: string,
    labels?: readonly string[],
    buckets?: readonly number[],
  ): { observe(labels: Labels, value: number): void }
  /** Read when scraped. */
  gauge(name: string, help: string, labels: readonly string[], collect: () => Promise<readonly { labels: Labels; value: number }[]>): void
  render(): Promise<string>
  readonly contentType: string
}

/** Seconds; from a fast in-memory answer to a deadline. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'voipbin_' })
  const existing = <T>(name: string, make: () => T): T => (registry.getSingleMetric(name) as T | undefined) ?? make()
  return {
    counter(name, help, labels = []) {
      const counter = existing(name, () => new Counter({ name, help, labelNames: [...labels], registers: [registry] }))
      return { add: (values = {}, value = 1) => counter.inc(values, value) }
    },
    histogram(name, help, labels = [], buckets = LATENCY_BUCKETS) {
      const histogram = existing(
        name,
        () => new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [registry] }),
      )
      return { observe: (values, value) => histogram.observe(values, value) }
    },
    gauge(name, help, labels, collect) {
      gaugeSources(registry, name, help, labels).push(collect)
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

type Collect = () => Promise<readonly { labels: Labels; value: number }[]>
const sources = new WeakMap<object, Collect[]>()

/** Several services feed one gauge, each with labels of its own. */
function gaugeSources(registry: Registry, name: string, help: string, labels: readonly string[]): Collect[] {
  const known = registry.getSingleMetric(name)
  const collects = known ? sources.get(known) : undefined
  if (collects) return collects
  const list: Collect[] = []
  const gauge = new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    async collect() {
      this.reset()
      const samples = await Promise.all(list.map((collect) => collect().catch(() => [])))
      for (const sample of samples.flat()) this.set(sample.labels, sample.value)
    },
  })
  sources.set(gauge, list)
  return list
}
