import { Worker } from 'node:worker_threads'

export type CheckpointAsked = { readonly file: string; readonly what: 'copy' | 'release' }
/** `error`: of the copy, else empty. `pages`: how long the log is. */
export type CheckpointDone = { readonly file: string; readonly error: string; readonly pages: number }
/** Keeps the file from being written to until what this resolves with is called. */
export type TakeAlone = () => Promise<() => void>

/** One for all files of a process. */
export type Checkpoints = {
  /** Told of each commit. */
  committed(file: string, takeAlone: TakeAlone): void
  /** Lets go of the file, which is about to be closed. Whoever holds it alone would wait for ever. */
  release(file: string): Promise<void>
  close(): Promise<void>
}

/** Of one file, between two copies: a log of a few MB. */
const COMMITS_A_COPY = 200
/** Of 4 KiB. A log this long is to begin anew, which it does where all of it is copied when the next commit comes. */
const LONG_PAGES = 2000

/**
 * SQLite copies a log into its file, and waits for the disk, in whichever commit made the log long; for that time nothing else of this
 * process runs, calls included. Here a thread does it before. While a file is written to, some of its log is always left: once the log is
 * long, its writers wait for the copy of that, and nobody else does. The thread begins with the first copy.
 */
export function createCheckpoints(): Checkpoints {
  const commits = new Map<string, number>()
  const copies = new Map<string, Promise<void>>()
  const asking = new Map<string, PromiseWithResolvers<number>>()
  let worker: Worker | undefined
  let isGone = false

  const done = (file: string, pages: number) => {
    asking.get(file)?.resolve(pages)
    asking.delete(file)
  }

  function start(): Worker {
    const started = new Worker(new URL('./checkpoint-thread.ts', import.meta.url))
    started.unref()
    started.on('message', ({ file, pages }: CheckpointDone) => done(file, pages))
    // One that ends, for whatever reason, is not missed: commits do its work, as they would without it.
    started.on('error', () => undefined)
    started.on('exit', () => {
      isGone = true
      for (const file of [...asking.keys()]) done(file, 0)
    })
    return started
  }

  function ask(asked: CheckpointAsked): Promise<number> {
    if (isGone) return Promise.resolve(0)
    worker ??= start()
    const answered = Promise.withResolvers<number>()
    asking.set(asked.file, answered)
    worker.postMessage(asked)
    return answered.promise
  }

  async function copy(file: string, takeAlone: TakeAlone): Promise<void> {
    if ((await ask({ file, what: 'copy' })) < LONG_PAGES) return
    const release = await takeAlone()
    try {
      await ask({ file, what: 'copy' })
    } finally {
      release()
    }
  }

  return {
    committed(file, takeAlone) {
      const count = (commits.get(file) ?? 0) + 1
      commits.set(file, count)
      if (count < COMMITS_A_COPY || copies.has(file)) return
      commits.set(file, 0)
      // One that fails is not missed either.
      const ended = () => void copies.delete(file)
      copies.set(file, copy(file, takeAlone).then(ended, ended))
    },
    async release(file) {
      commits.delete(file)
      if (!worker || isGone) return
      worker.ref() // whoever closes waits for this, perhaps with nothing else left to do
      await copies.get(file)
      await ask({ file, what: 'release' })
      if (asking.size === 0) worker.unref()
    },
    async close() {
      await worker?.terminate()
    },
  }
}
