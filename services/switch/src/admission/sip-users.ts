import type { SipUser } from '@voipbin/contracts/switch-ports'
import { BoundedTable } from './bounded-table.ts'

export type FindSipUser = (wanted: { readonly realm: string; readonly username: string }) => Promise<{ readonly user: SipUser | null }>

export type SipUsersOptions = {
  readonly find: FindSipUser
  readonly now: () => number
  readonly keptMs?: number
  readonly maxKept?: number
}

/** Phones register every minute; their owners change passwords seldom, and then the table is cleared. */
const KEPT_MS = 30_000
/** An answer younger than this is not doubted when a digest is wrong. */
const DOUBTED_AFTER_MS = 2_000
const MAX_KEPT = 20_000
/** What the port takes; nobody has a longer name. */
const MAX_NAME = 255

type Known = { readonly user: SipUser | null; readonly since: number }

/** Who may answer challenges, as the registrar says, remembered for a short time: also that there is nobody. */
export class SipUsers {
  readonly #options: SipUsersOptions
  readonly #known: BoundedTable<Known>
  readonly #asked = new Map<string, Promise<SipUser | null>>()

  constructor(options: SipUsersOptions) {
    this.#options = options
    this.#known = new BoundedTable({ max: options.maxKept ?? MAX_KEPT, now: options.now })
  }

  /** Rejects where the registrar cannot be asked. */
  find(realm: string, username: string): Promise<SipUser | null> {
    const known = this.#known.get(keyOf(realm, username))
    return known ? Promise.resolve(known.user) : this.#ask(realm, username)
  }

  /** Once more, because a digest did not fit what was remembered: the password may be new. */
  async findAgain(realm: string, username: string): Promise<SipUser | null> {
    const known = this.#known.get(keyOf(realm, username))
    const isDoubted = known !== undefined && this.#options.now() - known.since > DOUBTED_AFTER_MS
    return known && !isDoubted ? known.user : this.#ask(realm, username)
  }

  /** Somebody's password or rights have changed. */
  clear(): void {
    this.#known.clear()
  }

  #ask(realm: string, username: string): Promise<SipUser | null> {
    if (realm.length > MAX_NAME || username.length > MAX_NAME) return Promise.resolve(null)
    const key = keyOf(realm, username)
    const asked = this.#asked.get(key)
    if (asked) return asked
    const answer = this.#options
      .find({ realm, username })
      .then(({ user }) => {
        const now = this.#options.now()
        this.#known.set(key, { user, since: now }, this.#options.keptMs ?? KEPT_MS)
        return user
      })
      .finally(() => this.#asked.delete(key))
    this.#asked.set(key, answer)
    return answer
  }
}

/** A realm has no line break: it came in one header. */
const keyOf = (realm: string, username: string) => `${realm}\n${username}`
