import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { type NegotiatedMedia, sends } from '@voipbin/sdp'
import { DigitsRefused } from '../errors.ts'
import type { Heard } from './heard.ts'
import { RtpReceiver } from './rtp-receiver.ts'
import { RtpSender } from './rtp-sender.ts'
import type { Source } from './sources.ts'

/** Behind by more than this, packets are left out: a burst of old sound helps nobody. */
const MAX_BEHIND_MS = 200
const IDLE_MS = 20

/** Sound of one call: what the phone says and what it hears, over RTP. */
export class AudioSession {
  readonly #socket: Socket
  readonly #receiver: RtpReceiver
  readonly #sender = new RtpSender()
  #media: NegotiatedMedia | undefined
  #isSilent = false
  #rewrite: (packet: Uint8Array) => readonly Uint8Array[] = (packet) => [packet]
  #isClosed = false
  #timer: NodeJS.Timeout
  #nextMs = performance.now()

  private constructor(socket: Socket, onDigit: (digit: string) => void) {
    this.#socket = socket
    this.#receiver = new RtpReceiver(onDigit)
    socket.on('message', (datagram) => this.#receive(datagram))
    // A port that is closed at the other end says so; the call goes on.
    socket.on('error', () => {})
    this.#timer = setTimeout(() => this.#turn(), IDLE_MS)
  }

  /** Opens an RTP port of any number on a local address. */
  static async open(host: string, onDigit: (digit: string) => void): Promise<AudioSession> {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    socket.bind(0, host)
    await once(socket, 'listening')
    return new AudioSession(socket, onDigit)
  }

  get port(): number {
    return this.#socket.address().port
  }

  get heard(): Heard {
    return this.#receiver.heard
  }

  /** What came in, as packets. */
  get received(): Pick<RtpReceiver, 'counts' | 'payloadTypes' | 'ssrcs'> {
    return this.#receiver
  }

  get packetsSent(): number {
    return this.#sender.packets
  }

  /** Time since the last packet came. */
  get silentMs(): number {
    return this.#receiver.silentMs(performance.now())
  }

  /** Where on the line of time of `heard` we are now: what was heard from here on. */
  get positionMs(): number {
    return this.#receiver.positionMs(performance.now())
  }

  /** From here on as offer and answer say. */
  agree(media: NegotiatedMedia): void {
    this.#media = media
    this.#sender.agree(media)
    this.#receiver.agree(media)
  }

  /** Says this; resolves when it is over, or something else is said. */
  play(source: Source): Promise<void> {
    return this.#sender.play(source)
  }

  stop(): void {
    this.#sender.stop()
  }

  /** Sends no packets at all any more, as a phone whose network is gone; or sends again. */
  setSilent(isSilent: boolean): void {
    this.#isSilent = isSilent
  }

  /** Last word on each packet that leaves: what is sent in its place, to be as lossy or repetitive as a network can be. */
  setRewrite(rewrite: (packet: Uint8Array) => readonly Uint8Array[]): void {
    this.#rewrite = rewrite
  }

  /**
   * Digits as telephone-events (RFC 4733), one after the other.
   * @throws Error when the other party does not take them
   */
  async sendDigits(digits: string, { durationMs = 100, gapMs = 100 } = {}): Promise<void> {
    if (!this.#sender.hasTelephoneEvent) throw new DigitsRefused('Cannot send digits by RTP: the other party takes no telephone-event')
    for (const digit of digits) await this.#sender.sendDigit(digit, durationMs, gapMs)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#sender.stop()
    this.#socket.close()
  }

  #receive(datagram: Buffer): void {
    // Unlike the sender, the receiver takes what comes also while the other party should not send: what is heard then is told.
    if (this.#media) this.#receiver.receive(datagram, performance.now())
  }

  /** One packet each packet time, paced by deadlines that do not drift. */
  #turn(): void {
    const ptimeMs = this.#media?.ptimeMs ?? IDLE_MS
    const nowMs = performance.now()
    this.#receiver.tick(nowMs)
    if (nowMs - this.#nextMs > MAX_BEHIND_MS) this.#nextMs = nowMs
    while (this.#nextMs <= nowMs) {
      this.#nextMs += ptimeMs
      this.#send()
    }
    this.#timer = setTimeout(() => this.#turn(), Math.max(0, this.#nextMs - performance.now()))
  }

  #send(): void {
    const media = this.#media
    if (!media) return
    const isSending = sends(media.direction) && media.remote.port > 0 && !this.#isSilent && isReachable(media.remote.address)
    const packet = isSending ? this.#sender.next() : undefined
    if (!packet) this.#sender.skip()
    else
      for (const each of this.#rewrite(Uint8Array.from(packet))) this.#socket.send(each, media.remote.port, media.remote.address, () => {})
  }
}

/** On hold the old way, an address says that there is nowhere to send. */
const isReachable = (address: string): boolean => address !== '0.0.0.0' && address !== '::'
