import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Closable,
  type QueueDepth,
  type ReplyEnvelope,
  type RequestEnvelope,
  type RequestHandler,
  type ServeOptions,
  TransportError,
} from '../bus.ts'
import { requestQueue } from '../names.ts'
import { LONGEST_TIMER_MS } from '../pauses.ts'
import { Slots } from '../slots.ts'
import { answer, decodeReply, decodeRequest } from '../wire.ts'
import type { World } from './world.ts'

/** One instance that serves. */
type Server = { readonly run: (request: RequestEnvelope) => Promise<string>; readonly slots: Slots }

/** The two ends of one request in hand. */
type Call = { readonly resolve: (reply: ReplyEnvelope) => void; readonly reject: (error: unknown) => void }

export class LocalRequests {
  readonly #world: World
  readonly #servers = new Map<string, Server[]>()
  #turn = 0
  #closed = false

  constructor(world: World) {
    this.#world = world
  }

  request(envelope: RequestEnvelope): Promise<ReplyEnvelope> {
    return new Promise((resolve, reject) => {
      const server = this.#pick(envelope.service)
      const copy = decodeRequest(JSON.stringify(envelope))
      if (!copy) throw new TypeError(`Cannot send "${envelope.method}": not a request envelope`)
      this.#call(server, copy, { resolve, reject })
    })
  }

  #call(server: Server, request: RequestEnvelope, call: Call): void {
    const { now, after, onDropped } = this.#world
    const remainingMs = request.deadline - now()
    if (remainingMs <= 0) throw new TransportError('timeout', `Deadline passed before "${request.method}" was sent`)
    const cancel = after(Math.min(remainingMs, LONGEST_TIMER_MS), () => {
      call.reject(new TransportError('timeout', `No reply to "${request.method}" within its deadline`))
    })
    server.slots.run(async () => {
      const isLate = now() >= request.deadline
      const reply = isLate ? undefined : decodeReply(await server.run(request))
      if (!reply) {
        onDropped?.(isLate ? 'late_request' : 'invalid_reply', requestQueue(request.service))
        return
      }
      cancel()
      call.resolve(reply)
    })
  }

  /** In turn, passing over instances that have their hands full while another has not. */
  #pick(service: string): Server {
    if (this.#closed) throw new TransportError('closed', 'The bus is closed')
    const servers = this.#servers.get(service) ?? []
    for (let tried = 0; tried < servers.length; tried++) {
      this.#turn = (this.#turn + 1) % servers.length
      const server = servers[this.#turn]
      if (server && !server.slots.isFull) return server
    }
    const busy = servers[this.#turn % servers.length]
    if (!busy) throw new TransportError('unroutable', `Nobody serves "${service}"`)
    return busy
  }

  serve(service: string, handler: RequestHandler, options: ServeOptions): Closable {
    const inOwnContext = AsyncLocalStorage.snapshot()
    const server: Server = {
      run: (request) => inOwnContext(answer, handler, request, this.#world.onError),
      slots: new Slots(options.concurrency),
    }
    const servers = this.#servers.get(service) ?? []
    servers.push(server)
    this.#servers.set(service, servers)
    return {
      close() {
        if (servers.includes(server)) servers.splice(servers.indexOf(server), 1)
        return server.slots.idle()
      },
    }
  }

  depths(): QueueDepth[] {
    return [...this.#servers].map(([service, servers]) => ({
      queue: requestQueue(service),
      messages: servers.reduce((sum, server) => sum + server.slots.waiting, 0),
    }))
  }

  /** Requests in hand may still ask others: only what serves nobody any more is unroutable meanwhile. */
  async close(): Promise<void> {
    const servers = [...this.#servers.values()].flatMap((instances) => instances.splice(0))
    await Promise.all(servers.map((server) => server.slots.idle()))
    this.#closed = true
  }
}
