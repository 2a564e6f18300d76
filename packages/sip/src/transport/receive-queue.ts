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
}

/**
 * Handled before sockets are read again. The event loop reads up to 32 datagrams of a socket in a round: handling fewer empties the
 * kernel's queue into ours when too many come, where we see how old it is and what is in it.
 */
const HANDLED_AT_ONCE = 8
const MAX_WAITING = 20_000
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
  #order = 0
  #isDeferred = false

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
    if (this.#count >= (this.#options.maxWaiting ?? MAX_WAITING)) {
      this.#options.dropped()
      return
    }
    const line = isFresh(datagram) ? this.#fresh : this.#known
    line.push({ datagram, host, port, socket, sinceMs: this.#now(), order: this.#order++, next: undefined })
    this.#count++
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
    try {
      for (let handled = 0; handled < HANDLED_AT_ONCE; handled++) {
        const next = this.#next()
        if (!next) return
        this.#options.receive(next)
      }
    } finally {
      this.#wake() // also after what threw
    }
  }

  #next(): Waiting<Socket> | undefined {
    const [fresh, known] = [this.#fresh.head, this.#known.head]
    const isKnownFirst = known !== undefined && (!fresh || known.order < fresh.order || this.backlogMs > PATIENCE_MS)
    const next = (isKnownFirst ? this.#known : this.#fresh).shift()
    if (next) this.#count--
    return next
  }
}

/** First letters of the methods that mostly begin something: INVITE, but not INFO; REGISTER and REFER; OPTIONS, SUBSCRIBE, PUBLISH, MESSAGE. */
const FRESH: ReadonlySet<number> = new Set(
  ['INV', 'REG', 'REF', 'OPT', 'SUB', 'PUB', 'MES'].map((letters) => lettersOf(Buffer.from(letters))),
)

function lettersOf(datagram: Buffer): number {
  return ((datagram[0] ?? 0) << 16) | ((datagram[1] ?? 0) << 8) | (datagram[2] ?? 0)
}

const isFresh = (datagram: Buffer): boolean => FRESH.has(lettersOf(datagram))
