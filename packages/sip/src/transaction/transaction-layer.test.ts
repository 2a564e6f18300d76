import { beforeEach, describe, expect, it } from 'vitest'
import { TestNetwork } from '../../test/network.ts'
import { torture } from '../../test/torture.ts'
import {
  createResponse,
  parseDatagram,
  retryAfterHeader,
  type Screening,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  serialise,
  toTagOf,
} from '../index.ts'

let net: TestNetwork
beforeEach(() => {
  net = new TestNetwork()
})

function message(text: string): SipMessage {
  const parsed = parseDatagram(Buffer.from(text.replaceAll('\n', '\r\n')))
  if (parsed.kind !== 'request' && parsed.kind !== 'response') throw new Error(JSON.stringify(parsed))
  return parsed
}

const request = (method: string, { branch = 'z9hG4bKa', host = 'peer', toTag = '', cseq = 1, callId = 'c1', cseqMethod = method } = {}) =>
  message(
    `${method} sip:bob@b SIP/2.0\nVia: SIP/2.0/UDP ${host}:5060${branch && `;branch=${branch}`}\nFrom: <sip:a@a>;tag=f\nTo: <sip:bob@b>${toTag && `;tag=${toTag}`}\nCall-ID: ${callId}\nCSeq: ${cseq} ${cseqMethod}\n\n`,
  ) as SipRequest

const respond = (sent: SipRequest, status: number, toTag = 't') => createResponse(sent, status, { toTag })

describe('client', () => {
  it('repeats an INVITE, stops at 1xx, acknowledges a failure on the same branch, each repeat of it too', () => {
    net.call()
    net.clock.advance(1_600)
    expect(net.sentMethods()).toEqual(['INVITE', 'INVITE', 'INVITE'])
    const invite = net.sentRequest(0)
    net.layer.receive(respond(invite, 180), net.flow)
    net.clock.advance(60_000)
    expect(net.sent).toHaveLength(3)
    const busy = respond(invite, 486)
    net.layer.receive(busy, net.flow)
    net.layer.receive(respond(invite, 486), net.flow)
    expect(net.sentMethods().slice(3)).toEqual(['ACK', 'ACK'])
    expect(net.sentRequest(3).headers.raw('Via')).toBe(invite.headers.raw('Via'))
    expect(net.sentRequest(3).headers.raw('To')).toBe(busy.headers.raw('To'))
    expect(net.heard).toEqual([180, 486])
    net.clock.advance(32_000)
    expect(net.heard).toEqual([180, 486, 'done'])
    expect(net.layer.clientCount).toBe(0)
  })

  it('gives up on an INVITE after 64·T1', () => {
    net.call()
    net.clock.advance(31_999)
    expect(net.heard).toEqual([])
    net.clock.advance(1)
    expect(net.heard).toEqual(['timedOut'])
    expect(net.sent).toHaveLength(7)
    expect(net.clock.pending).toBe(0)
  })

  it('passes every 2xx of a fork for 64·T1, then hands later ones to the dialogs', () => {
    net.call()
    const invite = net.sentRequest(0)
    net.layer.receive(respond(invite, 200, 't1'), net.flow)
    net.layer.receive(respond(invite, 200, 't2'), net.flow)
    expect(net.heard).toEqual([200, 200])
    net.clock.advance(32_000)
    net.layer.receive(respond(invite, 200, 't3'), net.flow)
    expect(net.heard).toEqual([200, 200, 'done', 'stray 200'])
  })

  it('holds a CANCEL back until the first provisional response, and sends it once, on the branch of the INVITE', () => {
    const call = net.call()
    call?.cancel()
    expect(net.sentMethods()).toEqual(['INVITE'])
    const invite = net.sentRequest(0)
    net.layer.receive(respond(invite, 100), net.flow)
    call?.cancel()
    expect(net.sentMethods()).toEqual(['INVITE', 'CANCEL'])
    const cancel = net.sentRequest(1)
    expect(cancel.headers.raw('Via')).toBe(invite.headers.raw('Via'))
    net.layer.receive(respond(cancel, 200), net.flow)
    net.layer.receive(respond(invite, 487), net.flow)
    expect(net.heard).toEqual([100, 487])
    expect(net.sentMethods()).toEqual(['INVITE', 'CANCEL', 'ACK'])
  })

  it('hears a 200 that crosses its CANCEL', () => {
    const call = net.call()
    const invite = net.sentRequest(0)
    net.layer.receive(respond(invite, 180), net.flow)
    call?.cancel()
    net.layer.receive(respond(invite, 200), net.flow)
    expect(net.heard).toEqual([180, 200])
  })

  it('ends a cancelled INVITE that is never answered after 64·T1, and cancels nothing that has a final response', () => {
    const call = net.call()
    net.layer.receive(respond(net.sentRequest(0), 180), net.flow)
    call?.cancel()
    net.clock.advance(32_000)
    expect(net.heard).toEqual([180, 'timedOut'])
    const other = net.call()
    net.layer.receive(respond(net.sentRequest(net.sent.length - 1), 200), net.flow)
    const count = net.sent.length
    other?.cancel()
    expect(net.sent).toHaveLength(count)
  })

  it('tells of a send that fails, and of a target that no listener reaches', () => {
    net.failSends = true
    net.call()
    expect(net.heard).toEqual(['transportFailed'])
    net.unreachable = true
    expect(net.call()).toBeUndefined()
    expect(net.layer.counts.unroutable).toBe(1)
  })

  it('takes the Via and the timers of the protocol that a large request moves to', () => {
    net.largeOctets = 150
    net.call()
    expect(net.sentRequest(0).headers.raw('Via')).toMatch(/^SIP\/2.0\/TCP ours:5060;branch=z9hG4bK/)
    expect(net.sentRequest(0).headers.rawAll('Via')).toHaveLength(1)
    net.clock.advance(10_000)
    expect(net.sent).toHaveLength(1)
  })

  it('drops responses that have several Vias or no transaction', () => {
    net.layer.receive(parseDatagram(torture('bcast')) as SipResponse, net.flow)
    net.call()
    net.layer.receive(respond(request('INVITE', { branch: 'z9hG4bKother' }), 180), net.flow)
    expect(net.layer.counts).toMatchObject({ wrongViaResponses: 1, strayResponses: 1 })
    expect(net.heard).toEqual([])
  })
})

describe('server', () => {
  it('answers 100 after 200 ms, repeats the last answer to repeats, and the final one until the ACK', () => {
    net.layer.receive(request('INVITE'), net.flow)
    net.clock.advance(200)
    expect(net.sentStatuses()).toEqual([100])
    const [transaction] = net.requests
    transaction?.respond(respond(request('INVITE'), 180))
    net.layer.receive(request('INVITE'), net.flow)
    expect(net.sentStatuses()).toEqual([100, 180, 180])
    transaction?.respond(respond(request('INVITE'), 486))
    net.clock.advance(1_500)
    expect(net.sentStatuses()).toEqual([100, 180, 180, 486, 486, 486])
    net.layer.receive(request('ACK', { toTag: 't' }), net.flow)
    net.clock.advance(60_000)
    expect(net.sentStatuses()).toHaveLength(6)
    expect(net.heard).toEqual([])
    expect(net.layer.serverCount).toBe(0)
  })

  it('answers a repeat that comes before any answer with 100 at once', () => {
    net.layer.receive(request('INVITE'), net.flow)
    net.layer.receive(request('INVITE'), net.flow)
    expect(net.sentStatuses()).toEqual([100])
  })

  it('tells of a refusal that is never acknowledged', () => {
    net.layer.receive(request('INVITE'), net.flow)
    net.requests[0]?.listen({ onEnd: (end) => net.heard.push(end) })
    net.requests[0]?.respond(respond(request('INVITE'), 500))
    net.clock.advance(32_000)
    expect(net.heard).toEqual(['timedOut'])
    expect(net.clock.pending).toBe(0)
  })

  it('absorbs repeats of an accepted INVITE, and gives the ACK of a 2xx to the dialogs, on whichever branch it comes', () => {
    net.layer.receive(request('INVITE'), net.flow)
    net.requests[0]?.listen({ onAck: () => net.heard.push('ack by branch') })
    expect(net.requests[0]?.respond(respond(request('INVITE'), 200))).toBe(true)
    net.layer.receive(request('INVITE'), net.flow)
    expect(net.sentStatuses()).toEqual([200])
    expect(net.requests[0]?.respond(respond(request('INVITE'), 200))).toBe(true)
    expect(net.requests[0]?.respond(respond(request('INVITE'), 486))).toBe(false)
    net.layer.receive(request('ACK', { toTag: 't', branch: 'z9hG4bKb' }), net.flow)
    net.layer.receive(request('ACK', { toTag: 't' }), net.flow)
    expect(net.heard).toEqual(['ack', 'ack by branch'])
    expect(net.sentStatuses()).toEqual([200, 200])
  })

  it('gives the ACK of a 2xx to the dialogs where nobody listens for it by its branch', () => {
    net.layer.receive(request('INVITE'), net.flow)
    net.requests[0]?.listen({ onCancel: () => net.heard.push('cancel') })
    net.requests[0]?.respond(respond(request('INVITE'), 200))
    net.layer.receive(request('ACK', { toTag: 't' }), net.flow)
    expect(net.heard).toEqual(['ack'])
  })

  it('answers CANCEL 200 and tells the INVITE; 481 without one; its repeats with the same answer', () => {
    net.layer.receive(request('INVITE'), net.flow)
    net.requests[0]?.listen({ onCancel: () => net.heard.push('cancel') })
    net.requests[0]?.respond(respond(request('INVITE'), 180, 'ours'))
    net.layer.receive(request('CANCEL'), net.flow)
    net.layer.receive(request('CANCEL'), net.flow)
    expect(net.sentStatuses()).toEqual([180, 200, 200])
    expect(toTagOf(net.sentResponse(1))).toBe('ours')
    expect(net.heard).toEqual(['cancel'])
    net.layer.receive(request('CANCEL', { branch: 'z9hG4bKnone' }), net.flow)
    net.layer.receive(request('CANCEL', { branch: 'z9hG4bKnone' }), net.flow)
    expect(net.sentStatuses()).toEqual([180, 200, 200, 481, 481])
    expect(net.sent[3]?.toString()).toBe(net.sent[4]?.toString())
  })

  it('refuses a copy of a request that came another way', () => {
    net.layer.receive(request('OPTIONS'), net.flow)
    net.layer.receive(request('OPTIONS', { branch: 'z9hG4bKother' }), net.flow)
    expect(net.sentStatuses()).toEqual([482])
    net.layer.receive(request('OPTIONS', { branch: 'z9hG4bKthird', cseq: 2 }), net.flow)
    expect(net.requests).toHaveLength(2)
  })

  it('gives a repeated request that it refuses without a transaction the same To tag, and knows the ACK by it', () => {
    const copy = { branch: 'z9hG4bKother' }
    net.layer.receive(request('INVITE'), net.flow)
    net.layer.receive(request('INVITE', copy), net.flow)
    net.layer.receive(request('INVITE', copy), net.flow)
    const [first, second] = [net.sentResponse(net.sent.length - 2), net.sentResponse(net.sent.length - 1)]
    expect([first.status, second.status]).toEqual([482, 482])
    const toTag = toTagOf(first)
    expect(toTagOf(second)).toBe(toTag)
    const isDone = (ack: SipRequest) => net.layer.receiveAtAGlance(Buffer.from(serialise(ack)), net.flow)
    expect(isDone(request('ACK', { ...copy, toTag }))).toBe(true)
    expect(isDone(request('ACK', { ...copy, toTag: 'of-another-answer' }))).toBe(false)
    expect(isDone(request('BYE', { ...copy, toTag }))).toBe(false)
  })

  it('tells senders apart that chose the same branch', () => {
    net.layer.receive(request('OPTIONS'), net.flow)
    net.layer.receive(request('OPTIONS', { host: 'other', callId: 'c2' }), net.flow)
    expect(net.requests).toHaveLength(2)
  })

  it('refuses new requests past its capacity with 503, and answers those it has', () => {
    net = new TestNetwork({ maxServerTransactions: 1 })
    net.layer.receive(request('OPTIONS'), net.flow)
    net.layer.receive(request('OPTIONS', { branch: 'z9hG4bKb', callId: 'c2' }), net.flow)
    expect(net.sentStatuses()).toEqual([503])
    expect(net.sentResponse(0).headers.one(retryAfterHeader)?.seconds).toBe(5)
    net.requests[0]?.respond(respond(request('OPTIONS'), 200))
    net.layer.receive(request('OPTIONS'), net.flow)
    expect(net.sentStatuses()).toEqual([503, 200, 200])
  })

  it('has room for requests in a dialog where there is none for new ones, but not without end', () => {
    net = new TestNetwork({ maxServerTransactions: 1 })
    net.layer.receive(request('OPTIONS'), net.flow)
    net.layer.receive(request('BYE', { branch: 'z9hG4bKb', callId: 'c2', toTag: 't' }), net.flow)
    expect(net.requests).toHaveLength(2)
    net.layer.receive(request('BYE', { branch: 'z9hG4bKc', callId: 'c3', toTag: 't' }), net.flow)
    expect(net.sentStatuses()).toEqual([503])
  })

  it('asks about new requests before anything is kept of them, and about no others', () => {
    const asked: string[] = []
    let verdict: Screening = { status: 503, retryAfterSeconds: 7 }
    net = new TestNetwork({
      screen: ({ method }) => {
        asked.push(method)
        return verdict
      },
    })
    net.layer.receive(request('INVITE'), net.flow)
    net.layer.receive(request('INVITE'), net.flow)
    expect([net.sentStatuses(), net.layer.serverCount]).toEqual([[503, 503], 0])
    expect(net.sentResponse(1).headers.one(retryAfterHeader)?.seconds).toBe(7)
    verdict = 'drop'
    net.layer.receive(request('OPTIONS', { callId: 'c2' }), net.flow)
    expect([net.sent.length, net.layer.counts.screened]).toEqual([2, 3])
    verdict = 'pass'
    net.layer.receive(request('INVITE'), net.flow)
    verdict = 'drop'
    net.layer.receive(request('INVITE'), net.flow)
    net.layer.receive(request('ACK'), net.flow)
    net.layer.receive(request('CANCEL'), net.flow)
    expect(asked).toEqual(['INVITE', 'INVITE', 'OPTIONS', 'INVITE'])
    expect(net.requests).toHaveLength(1)
  })

  it('matches peers of RFC 2543, who have no unique branch', () => {
    for (const branch of ['', 'z9hG4bK', '1']) {
      net = new TestNetwork()
      net.layer.receive(request('INVITE', { branch }), net.flow)
      net.layer.receive(request('INVITE', { branch }), net.flow)
      net.layer.receive(request('INVITE', { branch, cseq: 2 }), net.flow)
      expect(net.requests).toHaveLength(2)
      net.requests[0]?.respond(respond(request('INVITE', { branch }), 486, 'ours'))
      net.layer.receive(request('ACK', { branch, toTag: 'other' }), net.flow)
      expect(net.heard).toEqual(['ack'])
      net.layer.receive(request('ACK', { branch, toTag: 'ours' }), net.flow)
      net.clock.advance(100)
      expect(net.heard).toEqual(['ack'])
    }
  })

  it('leaves no timer behind when closed', () => {
    net.layer.receive(request('INVITE'), net.flow)
    net.call()
    net.layer.close()
    expect(net.clock.pending).toBe(0)
    expect(net.layer.serverCount + net.layer.clientCount).toBe(0)
    expect(net.heard).toEqual(['done'])
  })
})
