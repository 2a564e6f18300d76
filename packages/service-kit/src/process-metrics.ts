import { readdir } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Metrics, Sample } from './metrics.ts'

/** What a process itself needs and suffers, under the names that the usual dashboards know. */
export function observeProcess(metrics: Metrics): void {
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    metrics.gauge(`voipbin_${name}`, help, [], async () => [{ labels: {}, value: await read() }])
  const seconds = (microseconds: number) => microseconds / 1e6

  gauge('process_cpu_user_seconds_total', 'Processor time spent in the process', () => seconds(process.cpuUsage().user))
  gauge('process_cpu_system_seconds_total', 'Processor time spent for the process', () => seconds(process.cpuUsage().system))
  gauge('process_start_time_seconds', 'When the process started, since the epoch', () => performance.timeOrigin / 1000)
  gauge('process_resident_memory_bytes', 'Memory of the process', () => process.memoryUsage.rss())
  gauge('process_open_fds', 'Open files and sockets', async () => (await readdir('/proc/self/fd').catch(() => [])).length)
  metrics.gauge('voipbin_nodejs_heap_size_bytes', 'Heap by what becomes of it', ['state'], async () => {
    const { heapUsed, heapTotal, external } = process.memoryUsage()
    return Object.entries({ used: heapUsed, total: heapTotal, external }).map(([state, value]) => ({ labels: { state }, value }))
  })
  metrics.gauge('voipbin_nodejs_eventloop_lag_seconds', 'How late the event loop was since the last look', ['quantile'], async () => {
    const at = (percentile: number): Sample => ({ labels: { quantile: percentile / 100 }, value: lag.percentile(percentile) / 1e9 })
    const samples = lag.count === 0 ? [] : [at(50), at(90), at(99), at(100)]
    lag.reset()
    return samples
  })
  metrics.gauge('voipbin_nodejs_version_info', 'The runtime', ['version'], async () => [{ labels: { version: process.version }, value: 1 }])
}
