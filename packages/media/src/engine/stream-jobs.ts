import type { LocalMedia, StreamOptions } from '../media-engine.ts'
import type { Command, CommandOf } from './messages.ts'
import type { WorkerLink } from './worker-link.ts'

/** Takes a port and has it bound, another one where that is taken. @throws PortsExhausted, and what else `bind` throws */
export type OpenPort = (bind: (rtpPort: number) => Promise<unknown>) => Promise<number>
type Parts = { readonly openPort: OpenPort; readonly freePort: (rtpPort: number) => void }
type Job = { readonly options: StreamOptions; readonly link: WorkerLink; opened: Promise<unknown>; rtpPort: number | undefined }

/** Streams as seen from the main thread: in which worker each is, and which port is its. */
export class StreamJobs {
  readonly #parts: Parts
  readonly #jobs = new Map<string, Job>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async open(options: StreamOptions, link: WorkerLink): Promise<LocalMedia | 'queue' | undefined> {
    if (this.#jobs.has(options.id)) return undefined
    const job: Job = { options, link, opened: Promise.resolve(), rtpPort: undefined }
    this.#jobs.set(options.id, job)
    const opening = this.#open(job)
    job.opened = opening.catch(() => undefined) // told to whoever opens it
    try {
      const opened = await opening
      if (opened === undefined) this.ended(options.id)
      return opened
    } catch (error) {
      this.ended(options.id)
      throw error
    }
  }

  /** Once it is open: what is asked before is not lost. */
  tell<Name extends Command>(id: string, command: CommandOf<Name>): void {
    const job = this.#jobs.get(id)
    if (!job) return
    if (job.rtpPort !== undefined) job.link.tell(command)
    else void job.opened.then(() => job.link.tell(command))
  }

  ended(id: string): void {
    const job = this.#jobs.get(id)
    this.#jobs.delete(id)
    if (job?.rtpPort) this.#parts.freePort(job.rtpPort)
  }

  /** Those of a worker. */
  of(link: WorkerLink): readonly Pick<StreamOptions, 'id' | 'subject'>[] {
    return [...this.#jobs.values()].filter((job) => job.link === link).map(({ options }) => options)
  }

  async #open(job: Job): Promise<LocalMedia | 'queue' | undefined> {
    const { options, link } = job
    let isThere = false
    const bind = async (rtpPort: number) => {
      isThere = await link.ask({ name: 'openStream', args: [{ ...options, rtpPort }] })
    }
    if (!options.peer) {
      await bind(0)
      job.rtpPort = 0
      return isThere ? 'queue' : undefined
    }
    const rtpPort = await this.#parts.openPort(bind)
    // It may have ended before anybody here heard that it was open.
    if (this.#jobs.get(options.id) === job) job.rtpPort = rtpPort
    else this.#parts.freePort(rtpPort)
    return isThere ? { address: options.peer.localAddress, rtpPort, rtcpPort: rtpPort + 1 } : undefined
  }
}
