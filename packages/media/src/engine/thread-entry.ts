/** Where a worker thread begins: it finds its compiled code where the process keeps its own. */
import { enableCompileCache, flushCompileCache } from 'node:module'
import { workerData } from 'node:worker_threads'
import type { WorkerData } from './messages.ts'

const { keepsCompiled } = workerData as WorkerData
if (keepsCompiled) enableCompileCache()
await import('./thread-main.ts')
if (keepsCompiled) flushCompileCache() // before there is anything to be late for
