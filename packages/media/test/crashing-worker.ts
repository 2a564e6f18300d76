/** A worker that dies when it is asked to play "crash", and never comes back from playing "hang". */
import { parentPort } from 'node:worker_threads'
import '../src/engine/thread-main.ts'
import type { ToWorker } from '../src/engine/messages.ts'

parentPort?.on('message', ({ command }: ToWorker) => {
  if (command.name === 'play' && command.args[0].id === 'crash') throw new Error('as it was told')
  if (command.name === 'play' && command.args[0].id === 'hang') for (;;);
})
