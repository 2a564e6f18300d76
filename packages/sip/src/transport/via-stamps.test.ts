import { describe, expect, it } from 'vitest'
import type { SipRequest } from '../message/message.ts'
import { parseDatagram } from '../message/parse-message.ts'
import type { Flow } from './flow.ts'
import { reconnectTarget, replyPath, stampVia } from './via-stamps.ts'

function request(via: string): SipRequest {
  const text = `OPTIONS sip:b SIP/2.0\r\nVia: ${via}, SIP/2.0/UDP next\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n`
  const parsed = parseDatagram(Buffer.from(text))
  return parsed.kind === 'request' ? parsed : expect.fail(via)
}

const flow: Flow = {
  ...{ protocol: 'UDP', listener: 'l', connection: 0 },
  ...{ local: { host: '192.0.2.1', port: 5060 }, remote: { host: '198.51.100.7', port: 40_000 } },
}

describe('stampVia() and replyPath()', () => {
  it.each([
    ['sent-by is true', 'SIP/2.0/UDP 198.51.100.7:5062', '', 5062],
    ['sent-by has no port', 'SIP/2.0/UDP 198.51.100.7', '', 5060],
    ['sent-by is a name', 'SIP/2.0/UDP phone.local:5062', ';received=198.51.100.7', 5062],
    ['sent-by is private', 'SIP/2.0/UDP 10.0.0.2:5062', ';received=198.51.100.7', 5062],
    ['rport is asked', 'SIP/2.0/UDP 198.51.100.7:5062;rport', ';rport=40000;received=198.51.100.7', 40_000],
    ['rport is asked behind NAT', 'SIP/2.0/UDP 10.0.0.2;rport', ';rport=40000;received=198.51.100.7', 40_000],
    ['received and rport are forged', 'SIP/2.0/UDP x;received=203.0.113.9;rport=53', ';received=198.51.100.7;rport=40000', 40_000],
    ['received is forged beside a true sent-by', 'SIP/2.0/UDP 198.51.100.7;received=203.0.113.9', '', 5060],
    ['maddr is not obeyed', 'SIP/2.0/UDP 198.51.100.7;maddr=203.0.113.9', ';maddr=203.0.113.9', 5060],
  ])('%s', (_case, via, stamps, port) => {
    const received = request(via)
    stampVia(received, flow.remote)
    const sentBy = via.split(';')[0]
    expect(received.headers.raw('Via')).toBe(
      stamps.includes('received') || (stamps === '' && via.includes('received'))
        ? `${sentBy}${stamps}, SIP/2.0/UDP next`
        : `${via}, SIP/2.0/UDP next`,
    )
    expect(replyPath(received, flow)).toEqual({ flow, port })
  })

  it('IPv6 compares without brackets', () => {
    const received = request('SIP/2.0/UDP [2001:db8::1]:5062')
    stampVia(received, { host: '2001:db8::1', port: 5062 })
    expect(received.headers.raw('Via')).not.toContain('received')
  })

  it('a lost connection is made again to the port of sent-by', () => {
    const tcp: Flow = { ...flow, protocol: 'TCP' }
    expect(reconnectTarget(replyPath(request('SIP/2.0/TCP phone:5070'), tcp))).toEqual({
      protocol: 'TCP',
      host: '198.51.100.7',
      port: 5070,
      listener: 'l',
    })
  })
})
