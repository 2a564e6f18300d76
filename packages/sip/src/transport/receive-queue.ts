/** A datagram that has been read and not looked at. */
export type Received<Socket> = { readonly datagram: Buffer; readonly host: string; readonly port: number; readonly socket: Socket }

type Waiting<Socket> = Received<Socket> & { readonly sinceMs: number; readonly order: number; next: Waiting<Socket> | undefined }

export type ReceiveQueueOptions<Socket> = {
  readonly receive: (received: Received<Socket>) => void
  /** A datagram that found no room. */
  readonly dropped: () => void
  readonly now?: () => number
  /** Calls back once, when the event loop has looked at its sockets. */
  readonly defer?: (callback: () => void) => void
  readonly maxWaiting?: number
  readonly maxOctets?: number
}

/**
 * Handled before sockets are read again. The event loop reads up to 32 datagrams of a socket in a round: handling fewer empties the
 * kernel's queue into ours when too many come, where we see how old it is and what is in it.
 */
const HANDLED_AT_ONCE = 8
/** The same after a round of the event loop that took long, for whatever was done in it: else others' work sets the pace of ours. */
const HANDLED_AFTER_LONG = 24
const LONG_ROUND_MS = 10
const MAX_WAITING = 20_000
const MAX_OCTETS = 32 * 1024 * 1024
/** Once new requests wait this long, what belongs to requests and calls that we have goes before them. */
const PATIENCE_MS = 20

/** Datagrams in the order that they came, which two lines share. */
class Line<Socket> {
  head: Waiting<Socket> | undefined
  #tail: Waiting<Socket> | undefined

  push(entry: Waiting<Socket>): void {
    if (this.#tail) this.#tail.next = entry
    else this.head = entry
    this.#tail = entry
  }

  shift(): Waiting<Socket> | undefined {
    const { head } = this
    this.head = head?.next
    if (!this.head) this.#tail = undefined
    return head
  }
}

/** What UDP sockets brought, until it is its turn. */
export class ReceiveQueue<Socket> {
  readonly #options: ReceiveQueueOptions<Socket>
  readonly #now: () => number
  readonly #defer: (callback: () => void) => void
  readonly #fresh = new Line<Socket>()
  readonly #known = new Line<Socket>()
  #count = 0
  #octets = 0
  #order = 0
  #isDeferred = false
  #handledAt = 0

  constructor(options: ReceiveQueueOptions<Socket>) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#defer = options.defer ?? ((callback) => void setImmediate(callback))
  }

  /** How long the next new request has waited, ms; 0 where none does. */
  get backlogMs(): number {
    const { head } = this.#fresh
    return head ? this.#now() - head.sinceMs : 0
  }

  push({ datagram, host, port, socket }: Received<Socket>): void {
    const line = isFresh(datagram) ? this.#fresh : this.#known
    // What belongs to a call that we have is worth more than a new request, whose sender asks again.
    while (line === this.#known && this.#isFull(datagram) && this.#take(this.#fresh)) this.#options.dropped()
    if (this.#isFull(datagram)) {
      this.#options.dropped()
      return
    }
    line.push({ datagram, host, port, socket, sinceMs: this.#now(), order: this.#order++, next: undefined })
    this.#count++
    this.#octets += datagram.length
    this.#wake()
  }

  /** Forgets what waits. */
  close(): void {
    while (this.#next());
  }

  #wake(): void {
    if (this.#isDeferred || this.#count === 0) return
    this.#isDeferred = true
    this.#defer(this.#handle)
  }

  readonly #handle = (): void => {
    this.#isDeferred = false
    const limit = this.#now() - this.#handledAt > LONG_ROUND_MS ? HANDLED_AFTER_LONG : HANDLED_AT_ONCE
    try {
      for (let handled = 0; handled < limit; handled++) {
        const next = this.#next()
        if (!next) return
        this.#options.receive(next)
      }
    } finally {
      this.#handledAt = this.#now()
      this.#wake() // also after what threw
    }
  }

  #next(): Waiting<Socket> | undefined {
    const [fresh, known] = [this.#fresh.head, this.#known.head]
    const isKnownFirst = known !== undefined && (!fresh || known.order < fresh.order || this.backlogMs > PATIENCE_MS)
    return this.#take(isKnownFirst ? this.#known : this.#fresh)
  }

  #take(line: Line<Socket>): Waiting<Socket> | undefined {
    const next = line.shift()
    if (!next) return undefined
    this.#count--
    this.#octets -= next.datagram.length
    return next
  }

  #isFull({ length }: Buffer): boolean {
    const { maxWaiting = MAX_WAITING, maxOctets = MAX_OCTETS } = this.#options
    return this.#count >= maxWaiting || this.#octets + length > maxOctets
  }
}

const CR = 13
const LF = 10

/** First letters of the methods that mostly begin something: INVITE, but not INFO; REGISTER and REFER; OPTIONS, SUBSCRIBE, PUBLISH, MESSAGE. */
const FRESH: ReadonlySet<number> = new Set(
  ['INV', 'REG', 'REF', 'OPT', 'SUB', 'PUB', 'MES'].map((letters) => lettersOf(Buffer.from(letters))),
)

/** Of the start line, before which there may be empty lines (RFC 3261 §7.5). */
function lettersOf(datagram: Buffer): number {
  let at = 0
  while (datagram[at] === CR || datagram[at] === LF) at++
  return ((datagram[at] ?? 0) << 16) | ((datagram[at + 1] ?? 0) << 8) | (datagram[at + 2] ?? 0)
}

const isFresh = (datagram: Buffer): boolean => FRESH.has(lettersOf(datagram))
