import type { Socket } from 'node:net'
import type { KeepAlive, Malformed, SipMessage } from '../message/message.ts'
import { StreamFramer } from '../message/stream-framer.ts'
import type { Scheduler } from '../transaction/transport-port.ts'
import type { TransportCounts } from './counts.ts'
import type { Flow } from './flow.ts'

export type TcpConnectionOptions = {
  readonly socket: Socket
  readonly flow: Flow
  readonly scheduler: Scheduler
  readonly counts: TransportCounts
  readonly timing: TcpTiming
  readonly receive: (received: SipMessage | Malformed | KeepAlive, flow: Flow) => void
  readonly closed: () => void
}

export type TcpTiming = {
  /** A connection of ours that is not there by then has failed. Below 64·T1, so that another target can be tried. */
  readonly connectMs: number
  /** Nothing received and nothing sent for so long: closed. Longer than a registration's keep-alive. */
  readonly idleMs: number
  /** A message that has begun must be whole by then: no one may hold us with half a message. */
  readonly messageMs: number
  /** Nothing at all came for so long after a request: nobody is there, as where a NAT has forgotten us. Above 64·T1; the kernel takes 15 min. */
  readonly answerMs: number
}

export const tcpTiming: TcpTiming = { connectMs: 4_000, idleMs: 600_000, messageMs: 10_000, answerMs: 40_000 }

/** Octets that wait for a peer which does not read. Beyond, it is treated as gone. */
const MAX_PENDING_OCTETS = 1024 * 1024

const FINISH_MS = 1_000

/** One TCP connection, taken or made: messages in and out, keep-alives answered (RFC 3261 §18, RFC 5626 §4.4.1). */
export class TcpConnection {
  readonly flow: Flow
  readonly #options: TcpConnectionOptions
  readonly #socket: Socket
  readonly #framer = new StreamFramer()
  #stopIdle: () => void
  #stopMessage: (() => void) | undefined
  #stopAwaiting: (() => void) | undefined
  #isClosed = false

  constructor(options: TcpConnectionOptions) {
    const { socket, scheduler, timing, counts } = options
    this.flow = options.flow
    this.#options = options
    this.#socket = socket
    this.#stopIdle = scheduler.after(socket.connecting ? timing.connectMs : timing.idleMs, () => this.close())
    socket.setNoDelay(true)
    socket.once('connect', () => this.#touch())
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('end', () => this.close())
    socket.on('error', () => counts.socketErrors++)
    socket.once('close', () => this.close())
  }

  get isOpen(): boolean {
    return !this.#isClosed
  }

  /** Writes, also while the connection is being made. `failed` when it could not be. */
  send(octets: Uint8Array, failed: () => void): void {
    const { counts } = this.#options
    const fail = () => {
      counts.sendErrors++
      failed()
    }
    if (this.#isClosed) {
      fail()
      return
    }
    if (this.#socket.writableLength + octets.length > MAX_PENDING_OCTETS) {
      this.close()
      fail()
      return
    }
    if (!this.#socket.connecting) this.#touch()
    this.#socket.write(octets, (error) => (error ? fail() : counts.sent++))
  }

  /** A request was sent: whoever is there says something, were it 100, within the time of a transaction. */
  awaitAnswer(): void {
    const { scheduler, timing } = this.#options
    if (!this.#isClosed) this.#stopAwaiting ??= scheduler.after(timing.answerMs, () => this.close())
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stopIdle()
    this.#stopAwaiting?.()
    this.#stopMessage?.()
    if (this.#socket.connecting) this.#socket.destroy()
    else this.#finish()
    this.#options.closed()
  }

  /** What was written is still sent, a last 400 for example; a peer that does not take it is cut off. */
  #finish(): void {
    this.#socket.destroySoon()
    if (this.#socket.destroyed) return
    const stop = this.#options.scheduler.after(FINISH_MS, () => this.#socket.destroy())
    this.#socket.once('close', stop)
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosed) return
    this.#touch()
    this.#stopAwaiting?.()
    this.#stopAwaiting = undefined
    for (const { received, isBroken } of this.#framer.push(chunk)) {
      this.#options.receive(received, this.flow)
      if (isBroken) {
        this.#options.counts.connectionsBroken++
        this.close()
      }
    }
    this.#watchUnfinished()
  }

  #touch(): void {
    const { scheduler, timing } = this.#options
    this.#stopIdle()
    this.#stopIdle = scheduler.after(timing.idleMs, () => this.close())
  }

  /** The clock of an unfinished message runs from its first octet: sending it octet by octet does not stop it. */
  #watchUnfinished(): void {
    const { scheduler, timing } = this.#options
    if (this.#framer.heldOctets === 0 || this.#isClosed) {
      this.#stopMessage?.()
      this.#stopMessage = undefined
    } else this.#stopMessage ??= scheduler.after(timing.messageMs, () => this.close())
  }
}
