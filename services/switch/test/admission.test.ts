import { NIL_ID } from '@voipbin/contracts/fields'
import { createAck, DigestClient, parseDatagram, retryAfterHeader, serialise, toTagOf, wwwAuthenticateHeader } from '@voipbin/sip'
import { beforeEach, describe, expect, it } from 'vitest'
import { aRequest, aUser, customer_id, DoorHarness, password, realm } from './door-harness.ts'

let door: DoorHarness
beforeEach(() => {
  door = new DoorHarness()
})

const phone = (name = '1000', secret = password) => new DigestClient({ username: name, password: secret })
const invite = () => aRequest('INVITE', { uri: `sip:2000@${realm}`, to: `<sip:2000@${realm}>` })
const identity_id = '22222222-2222-4222-8222-222222222222'

describe('digest', () => {
  it('challenges once, with one algorithm, and lets the right password in', async () => {
    expect((await door.receiveWithDigest(phone(), invite))?.status).toBeUndefined()
    const challenges = door.sent[0]?.headers.rawAll('WWW-Authenticate')
    expect(challenges).toEqual([expect.stringMatching(/^Digest realm="c1.registrar.voipbin.test", nonce="[0-9a-f]+", qop="auth"$/)])
    expect(door.verdicts).toEqual(['handled', { letIn: { customer_id, identified_by: 'digest', identity_id } }])
    expect(door.counted).toEqual(new Map([['no_credentials INVITE', 1]]))
    expect(door.logs).toEqual([])
  })

  it('uses SHA-256 where the registrar says so, and takes no MD5 instead', async () => {
    door.source = { ...door.source, algorithm: 'SHA-256' }
    await door.receiveWithDigest(phone(), invite)
    expect(door.sent[0]?.headers.one(wwwAuthenticateHeader)?.params.get('algorithm')).toBe('SHA-256')
    expect(door.verdicts.at(-1)).toMatchObject({ letIn: { identified_by: 'digest' } })
    door.users.set('1000', aUser('1000', { digest: aUser('1000').digest.filter(({ algorithm }) => algorithm === 'MD5') }))
    door.door.forgetUsers()
    expect((await door.receiveWithDigest(phone(), invite))?.status).toBe(403)
  })

  it('knows a trunk by its password', async () => {
    door.users.set('carrier', aUser('carrier', { identity_kind: 'trunk', aor_user: '' }))
    await door.receiveWithDigest(phone('carrier'), invite)
    expect(door.verdicts.at(-1)).toEqual({ letIn: { customer_id, identified_by: 'trunk_digest', identity_id } })
  })

  it('answers a wrong password, an unknown user and one without a digest alike', async () => {
    door.users.set('3000', aUser('3000', { digest: [] }))
    const answers = []
    for (const client of [phone('1000', 'wrong'), phone('2999'), phone('3000')]) answers.push(await door.receiveWithDigest(client, invite))
    const shapes = answers.map((answer) => [answer?.status, [...(answer?.headers ?? [])].map(([name]) => name), answer?.reason])
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1)
    expect(answers[0]?.status).toBe(403)
    expect(door.counted.get('wrong_digest INVITE')).toBe(3)
  })

  it('does the same work for a user who is there and for one who is not, whether it remembers them or not', async () => {
    const perUser: string[][] = []
    for (const name of ['1000', '2999']) {
      const work: string[] = []
      // Never heard of, heard of just now, and a while ago, when the password may be new.
      for (const waitMs of [0, 0, 3_000, 40_000]) {
        await door.clock.advance(waitMs)
        const before = door.asked.length
        await door.receiveWithDigest(phone(name, 'wrong'), invite)
        work.push(door.asked.slice(before).join(' '))
      }
      perUser.push(work)
    }
    expect(perUser[1]).toEqual(perUser[0])
    expect(perUser[0]?.some((asked) => asked.includes('findSipUser'))).toBe(true)
  })

  it('calls an old nonce, a nonce of another address and a repeated count stale, and none of these a failure', async () => {
    const client = phone()
    await door.receiveWithDigest(client, invite)
    const again = invite()
    client.authorise(again)
    expect(await door.receive(again)).toBeUndefined()
    const repeated = invite()
    repeated.headers.copyFrom(again.headers, 'Authorization')
    expect((await door.receive(repeated))?.headers.raw('WWW-Authenticate')).toContain('stale=true')
    const elsewhere = invite()
    client.authorise(elsewhere)
    expect((await door.receive(elsewhere, door.flow('192.0.2.99')))?.headers.raw('WWW-Authenticate')).toContain('stale=true')
    await door.clock.advance(301_000)
    const late = invite()
    client.authorise(late)
    expect((await door.receive(late))?.headers.raw('WWW-Authenticate')).toContain('stale=true')
    expect([...door.counted.keys()].sort()).toEqual(['no_credentials INVITE', 'replayed_nonce INVITE', 'stale_nonce INVITE'])
  })

  it('asks the registrar once for a user in a while, and again at once where a password may be new', async () => {
    await door.receiveWithDigest(phone(), invite)
    await door.receiveWithDigest(phone(), invite)
    expect(door.asked.filter((name) => name === 'findSipUser')).toHaveLength(1)
    await door.clock.advance(5_000)
    const changed = aUser('1000', { identity_id: customer_id, digest: [{ algorithm: 'MD5', ha1: 'no such hash' }] })
    door.users.set('1000', changed)
    expect((await door.receiveWithDigest(phone('1000', 'new'), invite))?.status).toBe(403)
    expect(door.asked.filter((name) => name === 'findSipUser')).toHaveLength(2)
    expect((await door.receiveWithDigest(phone(), invite))?.status).toBe(403)
  })
})

describe("the registrar's verdict", () => {
  it('lets a trunk in by its address', async () => {
    door.source = { ...door.source, verdict: 'trunk', identity_id }
    expect(await door.receive(invite())).toBeUndefined()
    expect(door.verdicts).toEqual([{ letIn: { customer_id, identified_by: 'trunk_ip', identity_id } }])
  })

  it('lets anonymous calls in, so many a minute of one source', async () => {
    door = new DoorHarness({ VOIPBIN_SIP_ANONYMOUS_CALLS_PER_MINUTE: '2' })
    door.source = { ...door.source, verdict: 'anonymous' }
    expect([await door.receive(invite()), await door.receive(invite())]).toEqual([undefined, undefined])
    expect(door.verdicts[0]).toEqual({ letIn: { customer_id, identified_by: 'none', identity_id: NIL_ID } })
    const third = await door.receive(invite())
    expect([third?.status, third?.headers.one(retryAfterHeader)?.seconds]).toEqual([503, expect.any(Number)])
    expect(await door.receive(invite(), door.flow('192.0.2.8'))).toBeUndefined()
    expect(door.counted.get('anonymous_rate INVITE')).toBe(1)
    expect(door.logs[0]).toMatchObject({ message: 'SIP request refused', rule: 'anonymous_rate', source: 'udp:192.0.2.7:5060' })
  })

  it('answers 404 for a domain that is not ours, and 503 where the registrar is away', async () => {
    door.source = { ...door.source, verdict: 'unknown_domain' }
    expect((await door.receive(invite()))?.status).toBe(404)
    door.failure = new Error('away')
    const answer = await door.receive(invite())
    expect([answer?.status, answer?.headers.one(retryAfterHeader)?.seconds]).toEqual([503, expect.any(Number)])
    expect(door.counted.get('registrar_unavailable INVITE')).toBe(1)
  })

  it('comes too late for a call that was cancelled', async () => {
    door.source = { ...door.source, verdict: 'trunk' }
    const request = invite()
    door.layer.receive(request, door.flow())
    const cancel = aRequest('CANCEL', { uri: `sip:2000@${realm}` })
    for (const name of ['Via', 'From', 'To', 'Call-ID']) cancel.headers.setRaw(name, request.headers.raw(name) ?? '')
    cancel.headers.setRaw('CSeq', (request.headers.raw('CSeq') ?? '').replace('INVITE', 'CANCEL'))
    door.layer.receive(cancel, door.flow())
    await door.clock.settle()
    expect(door.sent.map(({ status }) => status)).toEqual([200, 487])
    expect(door.verdicts).toEqual(['handled'])
  })
})

describe('abuse', () => {
  it('bans who guesses, in silence, and lets requests in dialogs pass', async () => {
    door = new DoorHarness({ VOIPBIN_SIP_WRONG_DIGESTS_PER_MINUTE: '3' })
    for (let time = 0; time < 4; time++) await door.receiveWithDigest(phone('1000', `guess ${time}`), invite)
    expect(door.sent).toHaveLength(8)
    expect(await door.receive(invite())).toBeUndefined()
    expect(door.counted.get('banned INVITE')).toBe(1)
    expect(door.logs.some(({ message }) => message === 'SIP source banned')).toBe(true)
    const bye = aRequest('BYE', { to: `<sip:2000@${realm}>;tag=x` })
    expect(door.door.screen(bye, door.flow())).toBe('pass')
    expect((await door.receive(invite(), door.flow('192.0.2.8')))?.status).toBe(401)
    await door.clock.advance(300_000)
    expect((await door.receive(invite()))?.status).toBe(401)
  })

  it('never bans whom the setting allows', async () => {
    door = new DoorHarness({ VOIPBIN_SIP_WRONG_DIGESTS_PER_MINUTE: '1', VOIPBIN_SIP_ALLOWED_SOURCES: '192.0.2.0/24' })
    for (let time = 0; time < 5; time++) await door.receiveWithDigest(phone('1000', 'wrong'), invite)
    expect((await door.receive(invite()))?.status).toBe(401)
  })

  it('is silent to scanners, by User-Agent or the name in From', async () => {
    for (const fields of [{ headers: 'User-Agent: friendly-scanner' }, { from: '"sipvicious" <sip:100@1.1.1.1>;tag=1' }]) {
      expect(await door.receive(aRequest('OPTIONS', fields))).toBeUndefined()
    }
    expect([door.counted.get('scanner OPTIONS'), door.layer.serverCount]).toEqual([2, 0])
  })

  it('counts what is malformed, and logs no more than a line for each of the first in a second', async () => {
    const malformed = { kind: 'malformed', reason: 'bad start line', status: 400, canAnswer: false } as const
    const { headers } = aRequest('OPTIONS')
    for (let time = 0; time < 50; time++) door.door.receiveMalformed({ ...malformed, headers }, door.flow())
    await door.clock.advance(1_000)
    expect(door.counted.get('malformed other')).toBe(50)
    expect(door.logs).toHaveLength(21)
    expect(door.logs[20]).toMatchObject({ level: 'warn', message: '30 more SIP requests were refused in this second' })
  })
})

describe('OPTIONS', () => {
  it('is answered with what we can, within a rate', async () => {
    door = new DoorHarness({ VOIPBIN_SIP_OPTIONS_PER_MINUTE: '1' })
    const answer = await door.receive(aRequest('OPTIONS'))
    expect([answer?.status, answer?.headers.raw('Allow'), answer?.headers.raw('Accept'), answer?.headers.raw('Supported')]).toEqual([
      ...[200, 'INVITE, ACK, BYE, CANCEL, OPTIONS', 'application/sdp', 'replaces'],
    ])
    expect(await door.receive(aRequest('OPTIONS'))).toBeUndefined()
    expect([door.counted.get('options_rate OPTIONS'), door.asked]).toEqual([1, []])
  })
})

describe('overload', () => {
  it('refuses new calls at capacity without a transaction, and takes everything else', async () => {
    door.load = { calls: 10, capacity: 10, pendingOffers: 0 }
    const answer = await door.receive(invite())
    expect([answer?.status, door.layer.serverCount, door.asked]).toEqual([503, 0, []])
    expect(answer?.headers.one(retryAfterHeader)?.seconds).toBeGreaterThanOrEqual(5)
    expect((await door.receive(aRequest('REGISTER')))?.status).toBe(401)
    expect(door.door.screen(aRequest('INVITE', { to: '<sip:a@b>;tag=live' }), door.flow())).toBe('pass')
    door.load = { ...door.load, calls: 9 }
    expect((await door.receive(invite()))?.status).toBe(401)
    expect(door.counted.get('overload_calls INVITE')).toBe(1)
  })

  it('refuses whatever is new while decisions wait or the loop is late', async () => {
    door.load = { ...door.load, pendingOffers: 501 }
    expect((await door.receive(aRequest('REGISTER')))?.status).toBe(503)
    door.load = { ...door.load, pendingOffers: 0 }
    for (let time = 0; time < 4; time++) await door.clock.jump(400)
    expect((await door.receive(invite()))?.status).toBe(503)
    await door.clock.advance(1_000)
    expect((await door.receive(invite()))?.status).toBe(401)
    expect([door.counted.get('overload_queue REGISTER'), door.counted.get('overload_lateness INVITE')]).toEqual([1, 1])
  })

  it('refuses calls without parsing them from the second on, and drops what acknowledges that', async () => {
    const octets = () => serialise(invite())
    door.load = { calls: 10, capacity: 10, pendingOffers: 0 }
    expect(await door.receiveDatagram(octets())).toMatchObject({ isUnparsed: false, answer: { status: 503 } })
    const second = serialise(invite())
    const { isUnparsed, answer } = await door.receiveDatagram(second)
    expect([isUnparsed, answer?.status, door.layer.serverCount]).toEqual([true, 503, 0])
    expect(answer?.headers.one(retryAfterHeader)?.seconds).toBeGreaterThanOrEqual(5)
    const again = await door.receiveDatagram(second)
    expect(again.answer && toTagOf(again.answer)).toBe(answer && toTagOf(answer))
    const parsed = parseDatagram(second)
    if (parsed.kind !== 'request' || !answer) throw new Error('no INVITE, or no answer')
    expect(await door.receiveDatagram(serialise(createAck(parsed, answer)))).toEqual({ isUnparsed: true, answer: undefined })
    expect(door.counted.get('overload_calls INVITE')).toBe(3)
    expect((await door.receiveDatagram(serialise(aRequest('REGISTER')))).answer?.status).toBe(401)
    door.load = { ...door.load, calls: 9 }
    expect((await door.receiveDatagram(octets())).answer?.status).toBe(401)
  })

  it('answers the repeat of a call that it took as before, however much there is to do', async () => {
    const taken = serialise(invite())
    expect((await door.receiveDatagram(taken)).answer?.status).toBe(401)
    door.load = { calls: 10, capacity: 10, pendingOffers: 0 }
    await door.receiveDatagram(serialise(invite()))
    expect(await door.receiveDatagram(taken)).toMatchObject({ isUnparsed: false, answer: { status: 401 } })
  })

  it('looks closely at whoever may have to be dropped', async () => {
    door.load = { calls: 10, capacity: 10, pendingOffers: 0 }
    await door.receive(invite())
    const scanner = serialise(aRequest('INVITE', { headers: 'User-Agent: friendly-scanner' }))
    expect(await door.receiveDatagram(scanner)).toEqual({ isUnparsed: false, answer: undefined })
    expect(door.counted.get('scanner INVITE')).toBe(1)
  })

  it('refuses what is new while a queue has stood for a while, until it is short', async () => {
    const statusWhile = async (backlogMs: number) => {
      door.load = { ...door.load, backlogMs }
      return (await door.receive(invite()))?.status
    }
    expect(await statusWhile(500)).toBe(401)
    await door.clock.advance(200)
    expect(await statusWhile(500)).toBe(503)
    expect(await statusWhile(10)).toBe(401)
    await door.clock.advance(50)
    expect(await statusWhile(500)).toBe(401)
  })
})
