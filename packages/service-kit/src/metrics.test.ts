import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createMetrics } from './metrics.ts'
import { observeProcess } from './process-metrics.ts'

const own = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
  (await metrics.render()).split('\n').filter((line) => line.includes(name))

describe('createMetrics()', () => {
  test('counts by label values', async () => {
    const metrics = createMetrics()
    const requests = metrics.counter('voipbin_requests_total', 'Requests', ['service', 'method'])
    requests.add({ service: 'tag', method: 'getTag' })
    requests.add({ method: 'getTag', service: 'tag' }, 2)
    metrics.counter('voipbin_requests_total', 'Requests', ['service', 'method']).add({ service: 'tag', method: 'x' })
    expect(await own(metrics, 'voipbin_requests_total')).toEqual([
      '# HELP voipbin_requests_total Requests',
      '# TYPE voipbin_requests_total counter',
      'voipbin_requests_total{service="tag",method="getTag"} 3',
      'voipbin_requests_total{service="tag",method="x"} 1',
    ])
  })

  test('puts observations into cumulative buckets', async () => {
    const metrics = createMetrics()
    const seconds = metrics.histogram('voipbin_seconds', 'Time', ['service'], [0.1, 1])
    for (const value of [0.05, 0.1, 0.5, 1, 20]) seconds.observe({ service: 'tag' }, value)
    expect((await own(metrics, 'voipbin_seconds')).slice(2)).toEqual([
      'voipbin_seconds_bucket{service="tag",le="0.1"} 2',
      'voipbin_seconds_bucket{service="tag",le="1"} 4',
      'voipbin_seconds_bucket{service="tag",le="+Inf"} 5',
      'voipbin_seconds_sum{service="tag"} 21.65',
      'voipbin_seconds_count{service="tag"} 5',
    ])
  })

  test('reads gauges when scraped; a source that fails leaves the others', async () => {
    const metrics = createMetrics()
    let value = 1
    metrics.gauge('voipbin_waiting', 'Waiting', ['service'], async () => [{ labels: { service: 'a' }, value: value++ }])
    metrics.gauge('voipbin_waiting', 'Waiting', ['service'], () => Promise.reject(new Error('away')))
    metrics.gauge('voipbin_waiting', 'Waiting', ['service'], async () => [{ labels: { service: 'b' }, value: 7 }])
    await metrics.render()
    expect((await own(metrics, 'voipbin_waiting')).slice(2)).toEqual(['voipbin_waiting{service="a"} 2', 'voipbin_waiting{service="b"} 7'])
  })

  test('tells those of another thread with its own, and its own alone where that one hangs or fails', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const [metrics, other] = [createMetrics(), createMetrics()]
    for (const [each, thread] of [[metrics, 'one'] as const, [other, 'two'] as const])
      each.counter('voipbin_things_total', 'Things', ['thread']).add({ thread })
    metrics.include(other.families)
    metrics.include(() => new Promise(() => undefined))
    metrics.include(() => Promise.reject(new Error('gone')))
    const rendered = own(metrics, 'voipbin_things_total')
    await vi.advanceTimersByTimeAsync(3_000)
    expect((await rendered).slice(1)).toEqual([
      '# TYPE voipbin_things_total counter',
      'voipbin_things_total{thread="one"} 1',
      'voipbin_things_total{thread="two"} 1',
    ])
  })

  test('escapes what a label value may contain', async () => {
    const metrics = createMetrics()
    metrics.counter('voipbin_odd_total', 'Odd', ['what']).add({ what: 'a "quoted" \\ and\nbroken' })
    expect((await own(metrics, 'voipbin_odd'))[2]).toBe('voipbin_odd_total{what="a \\"quoted\\" \\\\ and\\nbroken"} 1')
  })

  test('refuses a name for two kinds of metric', () => {
    const metrics = createMetrics()
    metrics.counter('voipbin_thing', 'Thing')
    expect(() => metrics.histogram('voipbin_thing', 'Thing')).toThrow('is a counter already')
  })

  test('tells of the process itself', async () => {
    const metrics = createMetrics()
    observeProcess(metrics)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const text = await metrics.render()
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_user_seconds_total',
      'nodejs_eventloop_lag_seconds',
      'process_open_fds',
    ]) {
      expect(text).toMatch(new RegExp(`^voipbin_${name}(\\{.*\\})? \\d`, 'm'))
    }
  })
})
