import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** `order preference flags service replacement`, `priority weight port name`, an IPv4 address. */
export type Zone = Readonly<Record<string, Partial<Readonly<Record<'NAPTR' | 'SRV' | 'A', readonly string[]>>>>>

export type DnsServer = {
  /** `127.0.0.1:port` */
  readonly address: string
  /** `SRV _sip._udp.example`, in order. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

const types = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 } as const
const NAME_OF_QUESTION = Buffer.from([0xc0, 12])
const TTL_S = 1

const name = (text: string): Buffer => Buffer.concat([...text.split('.').map(characters), Buffer.from([0])])
const characters = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')])
const short = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])

function encoded(type: keyof Zone[string], record: string): Buffer {
  const words = record.split(' ')
  const numbers = words.map(Number)
  if (type === 'A') return Buffer.from(record.split('.').map(Number))
  if (type === 'SRV') return Buffer.concat([...numbers.slice(0, 3).map(short), name(words[3] ?? '')])
  const [, , flags = '', service = '', replacement = ''] = words
  return Buffer.concat([...numbers.slice(0, 2).map(short), characters(flags), characters(service), characters(''), name(replacement)])
}

/** A name server over UDP (RFC 1035 §4) that knows one zone. A name that it lacks does not exist. */
export async function startDnsServer(zone: () => Zone): Promise<DnsServer> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const asked: string[] = []
  socket.on('error', () => {})
  socket.on('message', (query, from) => {
    const labels: string[] = []
    let at = 12
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase())
      at += 1 + length
    }
    const [domain, code] = [labels.join('.'), query.readUInt16BE(at + 1)]
    const type = Object.entries(types).find(([, each]) => each === code)?.[0] ?? String(code)
    asked.push(`${type} ${domain}`)
    const records = (type === 'A' || type === 'SRV' || type === 'NAPTR' ? zone()[domain]?.[type] : undefined) ?? []
    const answers = records.map((record) => {
      const value = encoded(type as 'A', record)
      return Buffer.concat([NAME_OF_QUESTION, short(code), short(1), short(0), short(TTL_S), short(value.length), value])
    })
    const rcode = zone()[domain] ? 0 : 3
    const head = [query.subarray(0, 2), short(0x8580 | rcode), short(1), short(answers.length), short(0), short(0)]
    socket.send(Buffer.concat([...head, query.subarray(12, at + 5), ...answers]), from.port, from.address)
  })
  return {
    ...{ address: `127.0.0.1:${socket.address().port}`, asked },
    async close() {
      socket.close()
      await once(socket, 'close')
    },
  }
}
