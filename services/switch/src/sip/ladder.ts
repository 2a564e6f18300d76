import type { MethodOutput } from '@voipbin/contracts/contract'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Clock } from '@voipbin/service-kit'
import { bracketed, callIdOf, type Flow, type ReplyPath, type SipMessage, serialise, type Target } from '@voipbin/sip'
import type { Transport } from './sip-parts.ts'

type Traced = MethodOutput<SwitchContract, 'traceCall'>['messages'][number]
type Entry = Pick<Traced, 'at' | 'direction'> & { readonly peer: Target; readonly message: SipMessage | Buffer }
type Call = { readonly entries: Entry[]; octets: number }

/** Of one call: an hour of re-INVITEs is cut at its beginning, which is what is looked for. */
const MAX_MESSAGES = 200
/** Of all calls, so much for each of those that may be kept: what strangers send must not decide how much that is. */
const OCTETS_A_CALL = 64 * 1024
/** What a message costs beside its text: read into headers, or as it was sent. */
const PARSED_OCTETS = 4 * 1024
const RAW_OCTETS = 256
const CALL_ID = Buffer.from('\r\nCall-ID: ')

/** The SIP messages of the latest calls, as they passed. Kept as they are, and written out only for whoever asks. */
export class Ladder {
  readonly #clock: Pick<Clock, 'time'>
  readonly #maxCalls: number
  readonly #calls = new Map<string, Call>()
  #octets = 0
  #transport: Pick<Transport, 'contactAddress'> | undefined

  constructor(clock: Pick<Clock, 'time'>, maxCalls: number) {
    this.#clock = clock
    this.#maxCalls = maxCalls
  }

  received(message: SipMessage, flow: Flow): void {
    this.#add(callIdOf(message), 'in', peerOf(flow), message)
  }

  sent(octets: Buffer, to: Target): void {
    if (this.#maxCalls === 0) return
    const at = octets.indexOf(CALL_ID)
    const begin = at + CALL_ID.length
    if (at >= 0) this.#add(octets.toString('latin1', begin, octets.indexOf('\r', begin)), 'out', to, octets)
  }

  /** What passed of a call, in order; nothing of one that is forgotten. */
  of(callId: string): Traced[] {
    return (this.#calls.get(callId)?.entries ?? []).map(({ at, direction, peer, message }) => {
      const { protocol, host, port } = peer
      const own = this.#transport?.contactAddress(peer)
      const local = own && { local: `${bracketed(own.host)}:${own.port}` }
      const text = withoutSecrets(textOf(message))
      return { at, direction, peer: `${protocol.toLowerCase()}:${bracketed(host)}:${port}`, ...local, text }
    })
  }

  /** The transport, with everything that it sends noted. */
  listenTo(transport: Transport): Transport {
    this.#transport = transport
    const { sendRequest, sendResponse } = transport
    transport.sendRequest = (octets, target, failed) => {
      this.sent(octets, target)
      sendRequest.call(transport, octets, target, failed)
    }
    transport.sendResponse = (octets, path: ReplyPath, failed) => {
      this.sent(octets, { ...peerOf(path.flow), port: path.port })
      sendResponse.call(transport, octets, path, failed)
    }
    return transport
  }

  #add(callId: string, direction: 'in' | 'out', peer: Target, message: SipMessage | Buffer): void {
    if (this.#maxCalls === 0) return
    const call = this.#calls.get(callId) ?? { entries: [], octets: 0 }
    this.#calls.set(callId, call)
    if (this.#calls.size > this.#maxCalls) this.#forgetOldest(call)
    if (call.entries.length >= MAX_MESSAGES) return
    const octets = octetsOf(message)
    while (this.#octets + octets > this.#maxCalls * OCTETS_A_CALL) if (!this.#forgetOldest(call)) return
    call.entries.push({ at: this.#clock.time(), direction, peer, message })
    call.octets += octets
    this.#octets += octets
  }

  /** @returns false where there is none but this one */
  #forgetOldest(but: Call): boolean {
    for (const [callId, call] of this.#calls) {
      if (call === but) continue
      this.#calls.delete(callId)
      this.#octets -= call.octets
      return true
    }
    return false
  }
}

const peerOf = ({ protocol, listener, remote }: Flow): Target => ({ protocol, listener, ...remote })

function octetsOf(message: SipMessage | Buffer): number {
  if (Buffer.isBuffer(message)) return RAW_OCTETS + message.length
  let octets = PARSED_OCTETS + message.body.length
  for (const [name, value] of message.headers) octets += name.length + value.length
  return octets
}

const textOf = (message: SipMessage | Buffer): string => (Buffer.isBuffer(message) ? message : serialise(message)).toString('utf8')

/** Digests can be guessed from at leisure. */
const withoutSecrets = (text: string): string => text.replace(/^((?:Proxy-)?Authorization:).*$/gim, '$1 (not kept)').slice(0, 65_536)
