import { MessageChannel } from 'node:worker_threads'
import type { Join } from '../core/media-core.ts'
import type { LegMedia } from '../media-engine.ts'
import type { MediaEvent } from '../media-event.ts'
import type { WorkerLink } from './worker-link.ts'

export type LinkEnds = {
  readonly join: Join
  readonly legWorker: WorkerLink
  readonly legAffinity: string
  /** Its codec is that of the link, so that two parties can still be forwarded undecoded. */
  readonly media: LegMedia | undefined
  readonly bridgeWorker: WorkerLink
  readonly bridgeAffinity: string
}

/** In the leg's worker a bridge of two, leg and `near`; in the bridge's worker `far` sits in for the leg. Packets go between near and far. */
type Link = { readonly ends: LinkEnds; readonly bridgeOfTwo: string; readonly near: string; readonly far: string }

/** Legs that sit in a bridge of another worker. Outside they look like any other. */
export class Links {
  readonly #byLeg = new Map<string, Link>()
  /** Also of links that are being closed: their last events are still to come. */
  readonly #byFar = new Map<string, Link>()
  readonly #hidden = new Set<string>()
  #count = 0

  has(leg: string): boolean {
    return this.#byLeg.has(leg)
  }

  /** Puts a leg into a bridge of another worker, or changes how it sits there. */
  join(ends: LinkEnds): void {
    const { leg, bridge, mute, passDigits } = ends.join
    const known = this.#byLeg.get(leg)
    if (known?.ends.join.bridge === bridge && known.ends.bridgeWorker === ends.bridgeWorker) {
      ends.bridgeWorker.tell({ name: 'join', args: [{ leg: known.far, bridge, mute, passDigits }] })
      return
    }
    void this.end(leg)
    this.#open(ends)
  }

  /** Takes a leg out of a bridge of another worker. Resolves when that has been told. */
  async end(leg: string): Promise<void> {
    const link = this.#byLeg.get(leg)
    if (!link) return
    this.#byLeg.delete(leg)
    const { legWorker, bridgeWorker } = link.ends
    legWorker.tell({ name: 'destroyBridge', args: [link.bridgeOfTwo] })
    const closing = [legWorker.ask({ name: 'closeLeg', args: [link.near] }), bridgeWorker.ask({ name: 'closeLeg', args: [link.far] })]
    await Promise.allSettled(closing) // a worker that is lost has closed it
    this.#forget(link)
  }

  /** A worker is lost: what was linked to it is no more. @returns the legs in other workers that were in its bridges */
  loseWorker(worker: WorkerLink): readonly { readonly leg: string; readonly bridge: string }[] {
    const links = [...this.#byLeg.values()].filter(({ ends }) => ends.legWorker === worker || ends.bridgeWorker === worker)
    for (const { ends } of links) void this.end(ends.join.leg)
    return links.filter(({ ends }) => ends.bridgeWorker === worker).map(({ ends }) => ({ leg: ends.join.leg, bridge: ends.join.bridge }))
  }

  /** @returns the event as the outside is to see it; undefined: not at all */
  translate(event: MediaEvent): MediaEvent | undefined {
    if (!('leg' in event)) return event
    const link = this.#byFar.get(event.leg)
    if (link && (event.type === 'bridge.joined' || event.type === 'bridge.left')) {
      const { leg } = link.ends.join
      if (event.type === 'bridge.left' && this.#byLeg.get(leg) === link) void this.end(leg) // the bridge is gone
      return { ...event, leg }
    }
    const isHidden = this.#hidden.has(event.leg) || ('bridge' in event && this.#hidden.has(event.bridge))
    return isHidden ? undefined : event
  }

  #open(ends: LinkEnds): void {
    const { leg, bridge, mute, passDigits } = ends.join
    const bridgeOfTwo = `link:${++this.#count}`
    const link: Link = { ends, bridgeOfTwo, near: `${bridgeOfTwo}:near`, far: `${bridgeOfTwo}:far` }
    this.#byLeg.set(leg, link)
    this.#byFar.set(link.far, link)
    for (const id of [bridgeOfTwo, link.near, link.far]) this.#hidden.add(id)
    const { port1, port2 } = new MessageChannel()
    const { legWorker, legAffinity, bridgeWorker, bridgeAffinity, media } = ends
    const codec = media?.codec
    legWorker.tell({ name: 'openLink', args: [{ id: link.near, affinity: legAffinity, port: port1, codec }] }, [port1])
    legWorker.tell({ name: 'createBridge', args: [{ id: bridgeOfTwo, affinity: legAffinity }] })
    for (const each of [leg, link.near]) {
      legWorker.tell({ name: 'join', args: [{ leg: each, bridge: bridgeOfTwo, mute: 'none', passDigits: true }] })
    }
    bridgeWorker.tell({ name: 'openLink', args: [{ id: link.far, affinity: bridgeAffinity, port: port2, codec }] }, [port2])
    bridgeWorker.tell({ name: 'join', args: [{ leg: link.far, bridge, mute, passDigits }] })
  }

  #forget(link: Link): void {
    this.#byFar.delete(link.far)
    for (const id of [link.bridgeOfTwo, link.near, link.far]) this.#hidden.delete(id)
  }
}
