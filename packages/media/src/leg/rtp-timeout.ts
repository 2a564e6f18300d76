const DEFAULT_TIMEOUT_MS = 60_000

/** Notices that a peer sends nothing any more: once, until it sends again. */
export class RtpTimeout {
  #timeoutMs = DEFAULT_TIMEOUT_MS
  #sinceMs: number
  #toldOf: number | undefined

  constructor(nowMs: number) {
    this.#sinceMs = nowMs
  }

  /** @param timeoutMs 0: never */
  set(timeoutMs: number, nowMs: number): void {
    this.#timeoutMs = timeoutMs
    this.restart(nowMs)
  }

  /** The peer may begin anew to send. */
  restart(nowMs: number): void {
    this.#sinceMs = nowMs
    this.#toldOf = undefined
  }

  isOver(lastPacketMs: number | undefined, nowMs: number): boolean {
    const lastMs = Math.max(this.#sinceMs, lastPacketMs ?? 0)
    if (this.#timeoutMs === 0 || nowMs - lastMs < this.#timeoutMs || this.#toldOf === lastMs) return false
    this.#toldOf = lastMs
    return true
  }
}
