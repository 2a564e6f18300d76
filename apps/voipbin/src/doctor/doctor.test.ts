import { createSocket } from 'node:dgram'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { renderFinding } from './finding.ts'
import { checkClock, checkOpenFiles } from './machine.ts'
import { checkFirewall, checkReach, type Reach } from './network.ts'
import { checkPorts, checkRtpPorts } from './ports.ts'
import { versionAndClock } from './servers.ts'
import { listSockets, parseSockets, type Socket } from './sockets.ts'

const wantedAt = (protocol: 'tcp' | 'udp', port: number) => ({
  ...{ name: 'SIP', protocol, port, host: '127.0.0.1', setting: 'VOIPBIN_SIP_UDP_PORT' },
})

/** Ports that are taken while something is tried. */
async function withTaken(attempt: (ports: { readonly tcp: number; readonly udp: number }) => Promise<void>): Promise<void> {
  const server = createServer()
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  try {
    await attempt({ tcp: (server.address() as AddressInfo).port, udp: socket.address().port })
  } finally {
    server.close()
    socket.close()
  }
}

describe('the doctor on ports', () => {
  test('finds a free one free, and says of a taken one by whom', () =>
    withTaken(async ({ tcp, udp }) => {
      const findings = await checkPorts([wantedAt('tcp', tcp), wantedAt('udp', udp)], undefined)
      for (const finding of findings) {
        expect(finding).toMatchObject({ state: 'bad', advice: expect.stringContaining('VOIPBIN_SIP_UDP_PORT') })
        if (process.platform === 'linux') expect(finding.what).toContain(`process ${process.pid}`)
      }
    }))

  test('knows ports of the voipbin that runs, and misses those that it did not open', async () => {
    let freed = 0
    await withTaken(async ({ udp }) => {
      freed = udp
      if (process.platform !== 'linux') return
      const [held] = await checkPorts([wantedAt('udp', udp)], process.pid)
      expect(held).toMatchObject({ state: 'ok', what: expect.stringContaining('held by this voipbin') })
      expect(await checkPorts([wantedAt('udp', udp)], process.ppid)).toMatchObject([{ state: 'note' }])
    })
    expect(await checkPorts([wantedAt('udp', freed)], undefined)).toMatchObject([{ state: 'ok' }])
    expect(await checkPorts([wantedAt('udp', freed)], process.pid)).toMatchObject([{ state: 'note' }])
    expect(await checkPorts([{ ...wantedAt('udp', 5060), host: '203.0.113.7' }], undefined)).toMatchObject([
      { state: 'bad', advice: 'It is no address of this machine' },
    ])
  })

  test('reads the tables of Linux', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:13C4 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1
   1: 00000000:1F90 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 4712 1
   2: 00000000000000000000000000000000:0050 0000:0000 0A 0:0 0:0 0     0        0 4713 1\n`
    expect(parseSockets(table, 'tcp')).toEqual([
      { protocol: 'tcp', address: '127.0.0.1', port: 5060, inode: '4711' },
      { protocol: 'tcp', address: '::', port: 80, inode: '4713' },
    ])
    if (process.platform === 'linux') expect(listSockets()).toBeDefined()
  })

  test('counts RTP ports that others hold, and sees a range that Linux gives to anybody', () => {
    const held = (port: number): Socket => ({ protocol: 'udp', address: '0.0.0.0', port, inode: String(port) })
    const few = { sockets: [held(10_000), held(10_001)], isOwn: ({ port }: Socket) => port === 10_000, ephemeral: undefined }
    expect(checkRtpPorts({ first: 10_000, last: 10_099 }, few)).toMatchObject({ state: 'ok', what: expect.stringContaining('legs, 1 of') })
    expect(checkRtpPorts({ first: 10_000, last: 10_009 }, { ...few, isOwn: () => false })).toMatchObject({ state: 'note' })
    const linux = { ...few, ephemeral: { first: 32_768, last: 60_999 } }
    expect(checkRtpPorts({ first: 10_000, last: 19_999 }, linux).state).toBe('ok')
    expect(checkRtpPorts({ first: 30_000, last: 40_000 }, linux).advice).toContain('32768–60999')
    expect(checkRtpPorts({ first: 20_000, last: 10_000 }, few).state).toBe('bad')
  })
})

describe('the doctor on addresses', () => {
  const reach = (fields: Partial<Reach>): Reach => ({
    ...{ hosts: ['0.0.0.0'], advertised: 'auto', own: ['10.0.0.7'], outside: '10.0.0.7' },
    ...fields,
  })
  const verdicts = (fields: Partial<Reach>) => checkReach(reach(fields)).map(({ state }) => state)
  const lastAdvice = (fields: Partial<Reach>) => checkReach(reach(fields)).at(-1)?.advice

  test.each([
    ['bound to this machine only', { hosts: ['127.0.0.1', '::1'] }, ['note']],
    ['bound to this machine only, telling another address', { hosts: ['127.0.0.1'], advertised: '10.0.0.7' }, ['note', 'bad']],
    ['with a private address', {}, ['ok', 'note']],
    ['with a public address', { own: ['8.8.8.8'], outside: '8.8.8.8' }, ['ok', 'ok']],
    ['without a way to the Internet', { outside: undefined }, ['note', 'note']],
    ['telling an address of its own', { advertised: '10.0.0.7' }, ['ok', 'ok']],
    ['telling a public address that it has not', { advertised: '8.8.8.8' }, ['ok', 'note']],
    ['telling a private address that it has not', { advertised: '10.9.9.9' }, ['ok', 'bad']],
    ['telling a name', { advertised: 'sip.example.com' }, ['ok', 'bad']],
  ] as const)('judges a switch %s', (_, fields, expected) => expect(verdicts(fields)).toEqual(expected))

  test('warns of NAT with what to set, and what to forward', () => {
    expect(lastAdvice({})).toMatch(/10\.0\.0\.7 is private.*VOIPBIN_SIP_ADVERTISED.*forwarded/)
    expect(lastAdvice({ advertised: '8.8.8.8' })).toMatch(/NAT.*forwarded.*VOIPBIN_SIP_LOCAL_NETWORKS/)
  })

  test.each([
    ['ufw', { hasUfw: true }, 'note', 'ufw allow 5060/udp && ufw allow 10000:19999/udp'],
    ['firewalld', { hasFirewalld: true }, 'note', '--add-port=10000-19999/udp && firewall-cmd --reload'],
    ['a closed chain of nftables', { nft: 'chain input { type filter hook input priority 0; policy drop; }' }, 'note', '5060/udp, 10000'],
    ['rules that cannot be read', { nft: undefined }, 'note', '5060/udp, 10000'],
    ['no rules', { nft: '' }, 'ok', undefined],
  ])('sees %s', (_, signs, state, advice) => {
    const found = checkFirewall({ nft: '', hasUfw: false, hasFirewalld: false, ...signs }, ['5060/udp', '10000-19999/udp'])
    expect(found.state).toBe(state)
    if (advice) expect(found.advice).toContain(advice)
  })
})

describe('the doctor on the machine', () => {
  test('sees a clock that was never set, and a database whose clock is another', () => {
    expect(checkClock(Date.UTC(1970, 0, 2)).state).toBe('bad')
    expect(checkClock(Date.now()).state).toBe('ok')
    const row = { version: '11.4', time: '2026-01-01T00:00:00.123000Z' }
    expect(versionAndClock([row], Date.UTC(2026, 0, 1))).toBe('version 11.4')
    expect(versionAndClock([row], Date.UTC(2026, 0, 1, 0, 0, 5))).toContain('-4877 ms off')
  })

  test('reads how many files may be open', () => {
    const limits = (hard: string) => `Limit Soft Hard Units\nMax open files            1024                 ${hard}              files\n`
    expect(checkOpenFiles(limits('1048576'))).toMatchObject([{ state: 'ok' }])
    expect(checkOpenFiles(limits('1024'))).toMatchObject([{ state: 'note' }])
    expect(checkOpenFiles('nothing')).toEqual([])
  })

  test('says each thing in a line, and what to do in another', () => {
    expect(renderFinding({ state: 'bad', what: 'X', advice: 'do Y' })).toBe('BAD   X\n      do Y\n')
  })
})
