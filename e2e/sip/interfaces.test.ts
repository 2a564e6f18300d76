import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LiveProcess } from './processes/live-process.ts'

const callers = join(import.meta.dirname, 'processes/callers-process.ts')
const ports = { NETWORKS: 'two', VOIPBIN_OUTBOUND_ALLOW: '10.71.0.0/16', VOIPBIN_SIP_UDP_PORT: '5060', VOIPBIN_SIP_TCP_PORT: '5060' }
type Traced = { readonly messages: readonly { readonly direction: string; readonly peer: string; readonly text: string }[] }

/** Needs root, and a kernel that has namespaces and veth; a container may lack either, which is nobody's fault. */
function canMakeNetworks(): boolean {
  const script = 'ip link add here type veth peer name there netns $$'
  const { status, error } = spawnSync('unshare', ['--net', 'sh', '-c', script], { encoding: 'utf8' })
  if (status !== 0) process.stderr.write(`skipped, because no network can be made here: ${error?.message ?? 'ip link failed'}\n`)
  return status === 0
}

describe.skipIf(!canMakeNetworks())('a switch of two networks', () => {
  const running: LiveProcess[] = []
  let over = new AbortController()
  beforeEach(() => {
    over = new AbortController()
  })
  afterEach(async () => {
    over.abort()
    await Promise.all(running.splice(0).map((live) => live.kill()))
  })

  async function aSwitch(settings: Readonly<Record<string, string>>) {
    const live = await LiveProcess.start('humming', { ...ports, ...settings }, ['unshare', '--net'])
    running.push(live)
    const [ready] = live.told
    const { sip: peers, epoch } = ready?.kind === 'ready' ? ready : { sip: '', epoch: '' }
    /** Phones in the networks of the peers, and the addresses of ours that they call. Fails where one did not hear what it should. */
    const call = (called: readonly (readonly [string, string])[]) =>
      promisify(execFile)('nsenter', ['-t', peers, '--net', process.execPath, callers, JSON.stringify(called)], { signal: over.signal })
    const seen = new Set<unknown>()
    /** What the switch sent in the next call that ends: to whom, and what. */
    const sent = async (): Promise<readonly [string, string]> => {
      const { event } = await live.until('event', ({ event: { type, data } }) => type === 'channel.ended' && !seen.has(data['channel_id']))
      seen.add(event.data['channel_id'])
      const asked = { do: 'command', name: 'traceCall', input: { sip_call_id: event.data['sip_call_id'] } } as const
      const own = ((await live.ask(asked)) as Traced).messages.filter(({ direction }) => direction === 'out')
      return [own[0]?.peer.split(':')[1] ?? '', own.map(({ text }) => text).join('\n')]
    }
    const dial = (peer: string) => {
      const id = crypto.randomUUID()
      const leg = { id, epoch, customer_id: crypto.randomUUID(), affinity: id, destination: `sip:bob@${peer}:5070`, from: { user: '1000' } }
      return live.ask({ do: 'command', name: 'dial', input: leg })
    }
    return { call, sent, dial }
  }

  /** Every address of ours in what was sent: of Via, Contact, o= and c=. */
  const said = (text: string) => {
    const own = [...text.matchAll(/^(?:Contact: <sip:(?:[^@>]*@)?|c=IN IP4 |o=.* IN IP4 )([\d.]+)/gm)].map(([, host]) => host)
    const vias = [...text.matchAll(/^(?:INVITE|BYE|ACK) [\s\S]*?^Via: SIP\/2\.0\/UDP ([\d.]+)/gm)].map(([, host]) => host)
    return { own: new Set(own), vias: new Set(vias) }
  }

  /** Peer, and the address of ours that leads to it. */
  const ways = [
    ['10.71.1.2', '10.71.1.1'],
    ['10.71.2.2', '10.71.2.1'],
    ['10.71.9.9', '10.71.2.1'],
  ] as const
  const ownOf = new Map<string, string>(ways)

  it.each([
    ['all addresses', '0.0.0.0'],
    ['an address in each', '10.71.1.1,10.71.2.1'],
  ])('bound to %s tells each peer the address that leads to it, and is heard at it', async (_case, host) => {
    const { call, sent, dial } = await aSwitch({ VOIPBIN_SIP_HOST: host })
    const called = call(ways)
    for (const _way of ways) {
      const [peer, text] = await sent()
      expect(said(text), `${peer} called`).toEqual({ own: new Set([ownOf.get(peer)]), vias: new Set() })
    }
    for (const [peer] of ways) await dial(peer)
    for (const _way of ways) {
      const [peer, text] = await sent()
      const own = new Set([ownOf.get(peer)])
      expect(said(text), `${peer} dialled`).toEqual({ own, vias: own })
    }
    await called
  })

  it('behind a public address says that one to everybody but the peers of local networks', async () => {
    const nat = { VOIPBIN_SIP_ADVERTISED: '203.0.113.7', VOIPBIN_SIP_LOCAL_NETWORKS: '10.71.2.0/24' }
    const { call, sent, dial } = await aSwitch({ VOIPBIN_SIP_HOST: '0.0.0.0', ...nat })
    const told = new Map([
      ['10.71.1.2', '203.0.113.7'],
      ['10.71.2.2', '10.71.2.1'],
    ])
    const called = call(ways.slice(0, 2))
    for (const _peer of told) {
      const [peer, text] = await sent()
      expect(text).toContain(`c=IN IP4 ${told.get(peer)}`)
      expect(said(text), `${peer} called`).toEqual({ own: new Set([told.get(peer)]), vias: new Set() })
    }
    for (const peer of told.keys()) await dial(peer)
    for (const _peer of told) {
      const [peer, text] = await sent()
      const own = new Set([told.get(peer)])
      expect(said(text), `${peer} dialled`).toEqual({ own, vias: own })
    }
    await called
  })
})
