import { describe, expect, it } from 'vitest'
import { parseUri } from '../message/uri.ts'
import type { Protocol } from './flow.ts'
import { type DnsPort, orderSrv, resolveUri } from './resolve.ts'

type Zone = {
  readonly naptr?: Record<string, readonly string[]>
  readonly srv?: Record<string, readonly string[]>
  readonly a?: Record<string, readonly string[]>
  readonly aaaa?: Record<string, readonly string[]>
}

/** `order preference flags service replacement`, `priority weight port name`; a zone without a kind of record fails to answer. */
function dns(zone: Zone): DnsPort {
  const find = async (kind: keyof Zone, name: string): Promise<readonly string[]> => {
    const records = zone[kind]
    if (!records) throw new Error('SERVFAIL')
    return records[name] ?? []
  }
  const words = (record: string) => record.split(' ')
  const number = (text = '') => Number(text)
  return {
    naptr: async (name) =>
      (await find('naptr', name)).map(words).map(([order, preference, flags = '', service = '', replacement = '']) => {
        return { order: number(order), preference: number(preference), flags, service, regexp: '', replacement }
      }),
    srv: async (name) =>
      (await find('srv', name)).map(words).map(([priority, weight, port, target = '']) => {
        return { priority: number(priority), weight: number(weight), port: number(port), name: target }
      }),
    a: (name) => find('a', name),
    aaaa: (name) => find('aaaa', name),
  }
}

async function resolve(uri: string, zone: Zone = {}, protocols: readonly Protocol[] = ['UDP', 'TCP']): Promise<readonly string[]> {
  const targets = await resolveUri(parseUri(uri) ?? expect.fail(uri), { dns: dns(zone), protocols, random: () => 0 })
  return targets.map(({ protocol, host, port }) => `${protocol} ${host} ${port}`)
}

const example: Zone = {
  naptr: {
    'example.com': [
      '20 1 s SIP+D2U _sip._udp.example.com',
      '10 5 s SIPS+D2T _sips._tcp.example.com',
      '10 9 s SIP+D2T _sip._tcp.example.com',
      '5 1 u E2U+sip x',
    ],
  },
  srv: {
    '_sip._tcp.example.com': ['1 0 5070 one.example.com', '2 0 5071 two.example.com'],
    '_sip._udp.example.com': ['1 0 5060 one.example.com'],
    '_sip._udp.nothing.com': ['1 0 5060 .'],
    '_sip._udp.plain.com': ['1 0 5062 one.example.com'],
  },
  a: {
    'one.example.com': ['192.0.2.1', '192.0.2.2'],
    'two.example.com': ['192.0.2.3'],
    'bare.com': ['192.0.2.9'],
    'nothing.com': ['192.0.2.8'],
  },
  aaaa: { 'two.example.com': ['2001:db8::3'] },
}

describe('resolveUri()', () => {
  it.each([
    ['an address', 'sip:a@192.0.2.5', ['UDP 192.0.2.5 5060']],
    ['an address and port', 'sip:a@192.0.2.5:5080', ['UDP 192.0.2.5 5080']],
    ['an IPv6 address', 'sip:a@[2001:db8::1]:5080;transport=tcp', ['TCP 2001:db8::1 5080']],
    ['maddr', 'sip:a@example.com;maddr=192.0.2.6', ['UDP 192.0.2.6 5060']],
    ['a name and port: no SRV', 'sip:a@bare.com:5099', ['UDP 192.0.2.9 5099']],
    ['a stated protocol: its SRV', 'sip:a@example.com;transport=udp', ['UDP 192.0.2.1 5060', 'UDP 192.0.2.2 5060']],
    [
      'NAPTR by order, without what we lack',
      'sip:a@example.com',
      [
        'TCP 192.0.2.1 5070',
        'TCP 192.0.2.2 5070',
        'TCP 192.0.2.3 5071',
        'TCP 2001:db8::3 5071',
        'UDP 192.0.2.1 5060',
        'UDP 192.0.2.2 5060',
      ],
    ],
    ['no NAPTR: SRV of each protocol', 'sip:plain.com', ['UDP 192.0.2.1 5062', 'UDP 192.0.2.2 5062']],
    ['no SRV: addresses', 'sip:bare.com', ['UDP 192.0.2.9 5060']],
    ['a service that is not there', 'sip:nothing.com', ['UDP 192.0.2.8 5060']],
    ['nothing known', 'sip:unknown.com', []],
    ['sips without TLS', 'sips:a@192.0.2.5', []],
    ['an unknown protocol', 'sip:a@192.0.2.5;transport=sctp', []],
    ['tel', 'tel:+123', []],
  ])('%s', async (_case, uri, targets) => expect(await resolve(uri, example)).toEqual(targets))

  it('uses what we have where the URI leaves it open', async () => {
    expect(await resolve('sip:a@192.0.2.5', {}, ['TCP'])).toEqual(['TCP 192.0.2.5 5060'])
    expect(await resolve('sips:a@192.0.2.5;transport=tcp', {}, ['UDP', 'TLS'])).toEqual(['TLS 192.0.2.5 5061'])
  })

  it('goes on where the DNS fails to answer', async () => {
    const { a = {} } = example
    expect(await resolve('sip:bare.com', { a })).toEqual(['UDP 192.0.2.9 5060'])
    expect(await resolve('sip:bare.com', {})).toEqual([])
  })

  it('bounds the targets', async () => {
    const addresses = Array.from({ length: 40 }, (_, index) => `192.0.2.${index}`)
    expect(await resolve('sip:bare.com', { a: { 'bare.com': addresses } })).toHaveLength(16)
  })
})

describe('orderSrv()', () => {
  it('takes priorities in order and weights at random', () => {
    const record = (name: string, priority: number, weight: number) => ({ name, priority, weight, port: 1 })
    const records = [record('c', 2, 0), record('a', 1, 10), record('b', 1, 30)]
    const order = (random: number) =>
      orderSrv(records, () => random)
        .map(({ name }) => name)
        .join('')
    expect([order(0), order(0.24), order(0.26), order(0.99)]).toEqual(['abc', 'abc', 'bac', 'bac'])
    expect(orderSrv([record('x', 1, 0), record('y', 1, 0)], () => 0.9)).toHaveLength(2)
  })
})
