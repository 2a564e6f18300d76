/** Entry of a worker thread: one core between the messages of its creator and the network. */
import { parentPort, workerData } from 'node:worker_threads'
import { Resampler } from '@voipbin/rtp'
import { MediaCore } from '../core/media-core.ts'
import { diskFiles } from '../files/media-files.ts'
import { udpSockets } from '../network/sockets.ts'
import { systemClock } from '../tick/clock.ts'
import type { FromWorker, ToWorker, WorkerData } from './messages.ts'
import { BEAT_MS, beat } from './pulse.ts'
import { runCommand } from './run-command.ts'

/** Rates that files come in: their filters are designed now, as in the midst of calls it would delay a tick. */
for (const rate of [11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]) new Resampler(rate, 8_000)

const post = (message: FromWorker): void => parentPort?.postMessage(message)

const { settings, pulse } = workerData as WorkerData
const core = new MediaCore({
  ...{ clock: systemClock, sockets: udpSockets, files: diskFiles, random: Math.random },
  emit: (event) => post({ kind: 'event', event }),
  beat: () => beat(pulse),
  settings,
})

beat(pulse)
setInterval(beat, BEAT_MS, pulse).unref()

parentPort?.on('message', async ({ request, command }: ToWorker) => {
  try {
    const result = runCommand(core, command)
    // Only what is asked for is awaited: commands without an answer keep their order.
    if (request !== undefined) post({ kind: 'answer', request, value: await result })
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    if (request !== undefined) post({ kind: 'refused', request, message, code })
    else post({ kind: 'event', event: { type: 'fault', subject: undefined, isDead: false, error: `Cannot ${command.name}: ${message}` } })
  }
})
