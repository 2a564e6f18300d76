/**
 * Usage: npm run bench -- NAME…
 * Measures what is promised of speed and size, prints it, and writes it with its conditions to bench/results/. The
 * figures are those of the machine and its load at that moment: compare within one run, or between quiet runs.
 * Exit 1 where a promise is not kept.
 */
import { relative } from 'node:path'
import { type BenchResult, printResult, saveResult } from './report.ts'

const benches: Readonly<Record<string, () => Promise<BenchResult>>> = {
  bus: async () => (await import('./bus.ts')).benchBus(),
  event: async () => (await import('./event.ts')).benchEvent(),
  gateway: async () => (await import('./gateway.ts')).benchGateway(),
  distributed: async () => (await import('./distributed.ts')).benchDistributed(),
  start: async () => (await import('./start.ts')).benchStart(),
  list: async () => (await import('./list.ts')).benchList(),
  jobs: async () => (await import('./jobs.ts')).benchJobs(),
  timeline: async () => (await import('./timeline.ts')).benchTimeline(),
  transaction: async () => (await import('./transaction.ts')).benchTransaction(),
  webhook: async () => (await import('./webhook.ts')).benchWebhook(),
  calls: async () => (await import('./calls.ts')).benchCalls(),
  'flow-calls': async () => (await import('./flow-calls.ts')).benchFlowCalls(),
  'sip-parse': async () => (await import('./sip-parse.ts')).benchSipParse(),
  register: async () => (await import('./register.ts')).benchRegister(),
  rtp: async () => (await import('./rtp.ts')).benchRtp(),
  relay: async () => (await import('./media.ts')).benchRelay(),
  mix: async () => (await import('./media.ts')).benchMix(),
  websocket: async () => (await import('./websocket.ts')).benchWebsocket(),
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !Object.hasOwn(benches, name))
if (names.length === 0 || unknown.length > 0) {
  const fault = unknown.length > 0 ? `There is no measurement "${unknown.join('", "')}". ` : ''
  process.stderr.write(`${fault}Usage: npm run bench -- ${Object.keys(benches).join('|')} …\n`)
  process.exitCode = 2
} else {
  for (const name of names) {
    const result = await benches[name]?.()
    if (!result) continue
    console.log(`\n${name}`)
    printResult(result)
    console.log(`kept in ${relative(process.cwd(), saveResult(result))}`)
    if (!result.targets.every(({ isMet }) => isMet)) process.exitCode = 1
  }
}
