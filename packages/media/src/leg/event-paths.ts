import type { RtpTimestamp } from '@voipbin/rtp'

type Taken = { readonly timestamp: RtpTimestamp; readonly legId: string | undefined }

/**
 * Which leg the packets of a telephone-event have been forwarded to since its first: all of them go one way, as an event of which a part was
 * forwarded and which is then sent again is two digits to its receiver. The one before is known too: its last packet may be late.
 */
export class EventPaths {
  #present: Taken | undefined
  #before: Taken | undefined

  /** A packet of an event has come. @param legId undefined: it is not forwarded */
  take(timestamp: RtpTimestamp, legId: string | undefined): void {
    if (this.#present?.timestamp === timestamp || this.#before?.timestamp === timestamp) return
    this.#before = this.#present
    this.#present = { timestamp, legId }
  }

  of(timestamp: RtpTimestamp): string | undefined {
    return (this.#present?.timestamp === timestamp ? this.#present : this.#before?.timestamp === timestamp ? this.#before : undefined)
      ?.legId
  }
}
