import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Whether a nonce is ours and may be used now. `stale`: ours, too old; ask again with the same password (RFC 7616 §3.3). */
export type NonceVerdict = 'good' | 'stale' | 'replayed' | 'forged'

export type NoncesOptions = {
  /** Milliseconds, from any start; only differences count. */
  readonly now: () => number
  /** How long a nonce may be used. */
  readonly validMs?: number
  /** Shared by nodes that must know one another's nonces; random where not given. */
  readonly secret?: Uint8Array
  /** Nonces whose counts are remembered. */
  readonly maxRemembered?: number
}

const VALID_MS = 5 * 60_000
const MAX_REMEMBERED = 100_000
const TIME_DIGITS = 12
const SALT_DIGITS = 16
const MAC_DIGITS = 32

/**
 * Nonces that need no memory until they are used: time, salt and an HMAC over both. Once used, the highest nonce count of each is
 * remembered, so that no request is taken twice (RFC 7616 §3.4.5): counts must grow, though not by one, as requests may be lost.
 * Used without a count, a nonce is good once.
 */
export class Nonces {
  readonly #options: NoncesOptions
  readonly #secret: Uint8Array
  /** Highest count by nonce, oldest use first. */
  readonly #counts = new Map<string, number>()

  constructor(options: NoncesOptions) {
    this.#options = options
    this.#secret = options.secret ?? randomBytes(32)
  }

  get rememberedCount(): number {
    return this.#counts.size
  }

  /**
   * A fresh nonce, of hexadecimal digits. One that is bound, to the address of who asked, is `forged` from anywhere else, so that nobody
   * can spend guesses in the name of another's address.
   */
  issue(boundTo = ''): string {
    const time = Math.floor(this.#options.now()).toString(16).padStart(TIME_DIGITS, '0')
    const body = time + randomBytes(SALT_DIGITS / 2).toString('hex')
    return body + this.#mac(body, boundTo)
  }

  /** Whether a nonce is ours and not too old. Does not use it up: first the password is checked, then `use` is called. */
  inspect(nonce: string, boundTo = ''): 'good' | 'stale' | 'forged' {
    if (nonce.length !== TIME_DIGITS + SALT_DIGITS + MAC_DIGITS || !/^[0-9a-f]+$/.test(nonce)) return 'forged'
    const body = nonce.slice(0, TIME_DIGITS + SALT_DIGITS)
    const mac = nonce.slice(TIME_DIGITS + SALT_DIGITS)
    if (!timingSafeEqual(Buffer.from(this.#mac(body, boundTo)), Buffer.from(mac))) return 'forged'
    return this.#isFresh(nonce) ? 'good' : 'stale'
  }

  /** Uses a nonce with a count, or once and for all without. Only for correct credentials: others must not use up a victim's nonce. */
  use(nonce: string, count: number | undefined, boundTo = ''): NonceVerdict {
    const verdict = this.inspect(nonce, boundTo)
    if (verdict !== 'good') return verdict
    const highest = this.#counts.get(nonce) ?? 0
    if ((count ?? 1) <= highest) return 'replayed'
    this.#counts.delete(nonce)
    this.#counts.set(nonce, count ?? Number.POSITIVE_INFINITY)
    this.#forget()
    return 'good'
  }

  /** What is too old needs no memory, because its time refuses it. Past the bound the least recently used go early, at a small risk. */
  #forget(): void {
    const max = this.#options.maxRemembered ?? MAX_REMEMBERED
    for (const nonce of this.#counts.keys()) {
      if (this.#counts.size <= max && this.#isFresh(nonce)) break
      this.#counts.delete(nonce)
    }
  }

  #isFresh(nonce: string): boolean {
    const ageMs = this.#options.now() - Number.parseInt(nonce.slice(0, TIME_DIGITS), 16)
    return ageMs >= 0 && ageMs <= (this.#options.validMs ?? VALID_MS)
  }

  #mac(body: string, boundTo: string): string {
    return createHmac('sha256', this.#secret).update(body).update(boundTo).digest('hex').slice(0, MAC_DIGITS)
  }
}
