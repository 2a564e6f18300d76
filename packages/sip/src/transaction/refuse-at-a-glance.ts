import { answerToGlance, glanceAtInvite } from '../message/invite-glance.ts'
import type { Flow } from '../transport/flow.ts'
import { replyPathOf, stampedVia } from '../transport/via-stamps.ts'
import type { GlanceOptions } from './layer-options.ts'
import { serverKeyOfVia } from './matching.ts'
import type { StatelessTags } from './stateless-tags.ts'

/** Refuses INVITEs without parsing them and without a transaction (RFC 3261 §8.2.7). */
export class GlanceRefuser {
  readonly #options: GlanceOptions
  readonly #isKnown: (serverKey: string) => boolean
  readonly #tags: StatelessTags

  /** @param isKnown whether there is such a server transaction: a repeated request is its */
  constructor(options: GlanceOptions, tags: StatelessTags, isKnown: (serverKey: string) => boolean) {
    this.#options = options
    this.#tags = tags
    this.#isKnown = isKnown
  }

  /** @returns whether there is nothing more to be done about it */
  refuses(octets: Buffer, flow: Flow): boolean {
    if (!this.#options.isWanted()) return false
    const glance = glanceAtInvite(octets)
    const key = glance && serverKeyOfVia(glance.via, 'INVITE')
    if (!glance || key === undefined || this.#isKnown(key)) return false
    const screening = this.#options.screen(glance, flow)
    if (screening === 'pass') return false
    if (screening === 'drop') return true
    const toTag = this.#tags.make(key, glance.callId)
    const via = stampedVia(glance.via, flow.remote)
    this.#options.send(answerToGlance(glance, { ...screening, toTag, via }), replyPathOf(glance.via, flow))
    return true
  }
}
