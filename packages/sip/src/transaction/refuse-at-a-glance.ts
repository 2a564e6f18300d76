import { hash, randomBytes } from 'node:crypto'
import { answerToGlance, beginsWith, glanceAtInvite } from '../message/invite-glance.ts'
import type { Flow } from '../transport/flow.ts'
import { replyPathOf, stampedVia } from '../transport/via-stamps.ts'
import type { GlanceOptions } from './layer-options.ts'
import { serverKeyOfVia } from './matching.ts'

const ACK = Buffer.from('ACK ')

/** Refuses INVITEs without parsing them and without a transaction (RFC 3261 §8.2.7), and knows the ACKs of that by their To tag. */
export class GlanceRefuser {
  readonly #options: GlanceOptions
  readonly #isKnown: (serverKey: string) => boolean
  readonly #secret = randomBytes(16).toString('hex')
  /** What its To tags begin with. */
  readonly #mark = Buffer.from(randomBytes(8).toString('hex'))
  #hasRefused = false

  /** @param isKnown whether there is such a server transaction: a repeated request is its */
  constructor(options: GlanceOptions, isKnown: (serverKey: string) => boolean) {
    this.#options = options
    this.#isKnown = isKnown
  }

  /** @returns `refused` or `acknowledged` where there is nothing more to be done about it */
  receive(octets: Buffer, flow: Flow): 'refused' | 'acknowledged' | 'pass' {
    if (this.#isOwnAck(octets)) return 'acknowledged'
    if (!this.#options.isWanted()) return 'pass'
    const glance = glanceAtInvite(octets)
    const key = glance && serverKeyOfVia(glance.via, 'INVITE')
    if (!glance || key === undefined || this.#isKnown(key)) return 'pass'
    const screening = this.#options.screen(glance, flow)
    if (screening === 'pass') return 'pass'
    if (screening === 'drop') return 'refused'
    this.#hasRefused = true
    const { callId, from, cseq } = glance
    const toTag = `${this.#mark}${hash('sha1', [this.#secret, key, callId, from, cseq].join('\n'), 'hex').slice(0, 12)}`
    const via = stampedVia(glance.via, flow.remote)
    this.#options.send(answerToGlance(glance, { ...screening, toTag, via }), replyPathOf(glance.via, flow))
    return 'refused'
  }

  #isOwnAck(octets: Buffer): boolean {
    return this.#hasRefused && beginsWith(octets, ACK) && octets.includes(this.#mark)
  }
}
