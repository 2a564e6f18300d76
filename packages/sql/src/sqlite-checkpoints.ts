import { Worker } from 'node:worker_threads'

export type CheckpointAsked = { readonly file: string; readonly what: 'copy' | 'release' }
/** `error`: of the copy, else empty. */
export type CheckpointDone = { readonly file: string; readonly error: string }

/** One for all files of a process. */
export type Checkpoints = {
  /** Told of each commit. */
  committed(file: string): void
  /** Lets go of the file, which is about to be closed. */
  release(file: string): Promise<void>
  close(): Promise<void>
}

/** Of one file, between two copies: a log of a few MB. */
const COMMITS_A_COPY = 200

/**
 * SQLite copies a log into its file, and waits for the disk, in whichever commit made the log long; for that time nothing else of this
 * process runs, calls included. Here a thread does it before; what is left for the commit is short. The thread begins with the first copy.
 */
export function createCheckpoints(): Checkpoints {
  const commits = new Map<string, number>()
  const underWay = new Map<string, PromiseWithResolvers<void>>()
  let worker: Worker | undefined
  let isGone = false

  const done = (file: string) => {
    underWay.get(file)?.resolve()
    underWay.delete(file)
  }

  function start(): Worker {
    const started = new Worker(new URL('./checkpoint-thread.ts', import.meta.url))
    started.unref()
    started.on('message', ({ file }: CheckpointDone) => done(file))
    // One that ends, for whatever reason, is not missed: commits do its work, as they would without it.
    started.on('error', () => undefined)
    started.on('exit', () => {
      isGone = true
      for (const file of [...underWay.keys()]) done(file)
    })
    return started
  }

  function ask(asked: CheckpointAsked): Promise<void> {
    if (isGone) return Promise.resolve()
    worker ??= start()
    const answered = Promise.withResolvers<void>()
    underWay.set(asked.file, answered)
    worker.postMessage(asked)
    return answered.promise
  }

  return {
    committed(file) {
      const count = (commits.get(file) ?? 0) + 1
      commits.set(file, count)
      if (count < COMMITS_A_COPY || underWay.has(file)) return
      commits.set(file, 0)
      void ask({ file, what: 'copy' })
    },
    async release(file) {
      commits.delete(file)
      if (!worker || isGone) return
      worker.ref() // whoever closes waits for this, perhaps with nothing else left to do
      await underWay.get(file)?.promise
      await ask({ file, what: 'release' })
      if (underWay.size === 0) worker.unref()
    },
    async close() {
      await worker?.terminate()
    },
  }
}
