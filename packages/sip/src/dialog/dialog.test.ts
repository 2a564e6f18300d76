import { describe, expect, it } from 'vitest'
import { TestClock } from '../../test/test-clock.ts'
import { createRequest, createResponse } from '../message/build.ts'
import { nameAddr } from '../message/fields/name-addr.ts'
import { HeaderList } from '../message/header-list.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { formatStartLine, serialise } from '../message/serialise.ts'
import { formatUri, parseUri } from '../message/uri.ts'
import { AnswerRepeater } from './answer-repeater.ts'
import { createDialogResponse, type Dialog, dialogId, dialogIdOfRequest, dialogIdOfResponse, uacDialog, uasDialog } from './dialog.ts'
import { ForkedDialogs } from './forked-dialogs.ts'
import { afterRefresh, receiveInDialog } from './receive-in-dialog.ts'
import { glareDelayMs, judgeReinvite, retryAfterSeconds } from './reinvite.ts'
import { ackInDialog, nextHop, requestInDialog } from './send-in-dialog.ts'

const uri = (text: string) => parseUri(text) ?? expect.fail(text)
const textOf = (message: SipRequest | SipResponse) => serialise(message).toString().split('\r\n')

function request(
  method: string,
  { cseq = 7, contact = '<sip:alice@192.0.2.10:5062>', toTag = '', routes = [] as readonly string[] } = {},
): SipRequest {
  const headers = new HeaderList().append('Via', 'SIP/2.0/UDP h;branch=z9hG4bKx')
  for (const route of routes) headers.append('Record-Route', route)
  headers.append('From', '"Alice" <sip:alice@a>;tag=at').append('To', `<sip:bob@b>${toTag && `;tag=${toTag}`}`)
  headers.append('Call-ID', 'call').append('CSeq', `${cseq} ${method}`)
  if (contact) headers.append('Contact', contact)
  return createRequest(method, uri('sip:bob@b'), headers)
}

function response(
  status: number,
  { toTag = 'bt', contact = '<sip:bob@192.0.2.20>', routes = ['<sip:p2;lr>', '<sip:p1;lr>'] as readonly string[] } = {},
): SipResponse {
  const made = createResponse(request('INVITE'), status, toTag ? { toTag } : {})
  for (const route of routes) made.headers.append('Record-Route', route)
  if (contact) made.headers.append('Contact', contact)
  return made
}

const uac = (options?: Parameters<typeof response>[1], status = 200): Dialog =>
  uacDialog(request('INVITE'), response(status, options)) ?? expect.fail()
function uas(options?: Parameters<typeof request>[1]): Dialog {
  const invite = request('INVITE', options)
  return uasDialog(invite, { status: 200, toTag: 'bt' }) ?? expect.fail()
}

describe('making dialogs', () => {
  it('both sides know the same dialog, each from its end', () => {
    const [ours, theirs] = [uac(), uas({ routes: ['<sip:p1;lr>', '<sip:p2;lr>'] })]
    expect(dialogId(ours)).toBe('call at bt')
    expect(dialogId(theirs)).toBe('call bt at')
    expect(ours.routeSet.map(({ uri }) => formatUri(uri))).toEqual(['sip:p1;lr', 'sip:p2;lr'])
    expect(theirs.routeSet.map(({ uri }) => formatUri(uri))).toEqual(['sip:p1;lr', 'sip:p2;lr'])
    expect(formatUri(ours.remoteTarget)).toBe('sip:bob@192.0.2.20')
    expect(formatUri(theirs.remoteTarget)).toBe('sip:alice@192.0.2.10:5062')
    expect(ours).toMatchObject({ state: 'confirmed', localSequence: 7, remoteSequence: undefined })
    expect(theirs).toMatchObject({ state: 'confirmed', localSequence: undefined, remoteSequence: 7 })
    expect(dialogIdOfRequest(request('BYE', { toTag: 'bt' }))).toBe(dialogId(theirs))
    expect(dialogIdOfRequest(request('BYE'))).toBeUndefined()
    expect(dialogIdOfResponse(response(200))).toBe(dialogId(ours))
  })

  it('the answer carries Record-Route and our Contact', () => {
    const invite = request('INVITE', { routes: ['<sip:p1;lr>, <sip:p2;lr>'] })
    const answer = createDialogResponse(invite, 180, { toTag: 'bt', contact: nameAddr(uri('sip:bob@192.0.2.20')) })
    expect(textOf(answer)).toContain('Record-Route: <sip:p1;lr>, <sip:p2;lr>')
    expect(textOf(answer)).toContain('Contact: <sip:bob@192.0.2.20>')
  })

  it('100, failures and a 1xx without tag make none; RFC 2543 peers may lack tags and Contact', () => {
    for (const [status, toTag] of [
      [100, 'bt'],
      [180, ''],
      [486, 'bt'],
    ] as const)
      expect(uacDialog(request('INVITE'), response(status, { toTag }))).toBeUndefined()
    expect(uac({ toTag: '', contact: '' })).toMatchObject({ remoteTag: '', remoteTarget: { host: 'b' } })
    expect(formatUri(uas({ contact: '' }).remoteTarget)).toBe('sip:alice@a')
  })
})

describe('requests in a dialog', () => {
  it('go to the target along loose routes, with growing numbers', () => {
    const first = requestInDialog(uac(), 'BYE')
    expect(textOf(first.request).slice(0, 8)).toEqual([
      'BYE sip:bob@192.0.2.20 SIP/2.0',
      ...['Route: <sip:p1;lr>', 'Route: <sip:p2;lr>', 'Max-Forwards: 70'],
      ...['From: "Alice" <sip:alice@a>;tag=at', 'To: <sip:bob@b>;tag=bt', 'Call-ID: call', 'CSeq: 8 BYE'],
    ])
    expect(formatUri(nextHop(first.request))).toBe('sip:p1;lr')
    expect(textOf(requestInDialog(first.dialog, 'INFO').request)).toContain('CSeq: 9 INFO')
    const theirs = requestInDialog(uas(), 'BYE').request
    expect(textOf(theirs)).toContain('CSeq: 1 BYE')
    expect(textOf(theirs)).toContain('To: "Alice" <sip:alice@a>;tag=at')
    expect(formatUri(nextHop(theirs))).toBe('sip:alice@192.0.2.10:5062')
  })

  it('put a strict router into the Request-URI, and the target last', () => {
    const { request: bye } = requestInDialog(uac({ routes: ['<sip:p2;lr>', '<sip:p1;method=X?h=v>'] }), 'BYE')
    expect(formatStartLine(bye)).toBe('BYE sip:p1 SIP/2.0')
    expect(bye.headers.rawAll('Route')).toEqual(['<sip:p2;lr>', '<sip:bob@192.0.2.20>'])
    expect(formatUri(nextHop(requestInDialog(uac({ routes: ['<sip:p1>'] }), 'BYE').request))).toBe('sip:p1')
  })

  it('the ACK has the number and the credentials of its INVITE', () => {
    const invite = request('INVITE')
    invite.headers.append('Authorization', 'Digest username="a"')
    const { dialog } = requestInDialog(uac(), 'INFO')
    const ack = textOf(ackInDialog(dialog, invite))
    expect(ack).toContain('CSeq: 7 ACK')
    expect(ack).toContain('Authorization: Digest username="a"')
    expect(ack).toContain('Route: <sip:p1;lr>')
  })
})

describe('receiveInDialog()', () => {
  it.each([
    ['BYE', 8, 'in order'],
    ['BYE', 20, 'in order'],
    ['BYE', 7, 'out of order'],
    ['BYE', 6, 'out of order'],
    ['ACK', 7, 'in order'],
    ['CANCEL', 7, 'in order'],
    ['ACK', 8, 'out of order'],
  ])('%s with %i after 7 is %s', (method, cseq, verdict) => expect(receiveInDialog(uas(), request(method, { cseq })).verdict).toBe(verdict))

  it('remembers the number, and takes any first one', () => {
    const step = receiveInDialog(uas(), request('INFO', { cseq: 9 }))
    expect(step).toMatchObject({ dialog: { remoteSequence: 9 } })
    expect(receiveInDialog(uac(), request('INFO', { cseq: 0 }))).toMatchObject({ verdict: 'in order', dialog: { remoteSequence: 0 } })
    expect(receiveInDialog(uas(), request('ACK'))).toMatchObject({ dialog: { remoteSequence: 7 } })
  })

  it('refreshes the target on requests that do and their 2xx, not on others', () => {
    const target = (method: string, message: SipRequest | SipResponse) => formatUri(afterRefresh(uas(), method, message).remoteTarget)
    const moved = '<sip:alice@new>'
    expect(target('INVITE', request('INVITE', { contact: moved }))).toBe('sip:alice@new')
    expect(target('UPDATE', request('UPDATE', { contact: moved }))).toBe('sip:alice@new')
    expect(target('INVITE', response(200, { contact: moved }))).toBe('sip:alice@new')
    expect(target('INVITE', response(488, { contact: moved }))).toBe('sip:alice@192.0.2.10:5062')
    expect(target('INFO', request('INFO', { contact: moved }))).toBe('sip:alice@192.0.2.10:5062')
    expect(target('INVITE', request('INVITE', { contact: '' }))).toBe('sip:alice@192.0.2.10:5062')
  })
})

describe('ForkedDialogs', () => {
  const forks = () => new ForkedDialogs(request('INVITE'))
  const kinds = (dialogs: ForkedDialogs, ...responses: readonly SipResponse[]) => responses.map((each) => dialogs.receive(each).kind)

  it('keeps one early dialog for each tag', () => {
    const dialogs = forks()
    expect(dialogs.receive(response(100)).kind).toBe('progress')
    expect(dialogs.receive(response(180, { toTag: '' })).kind).toBe('progress')
    expect(dialogs.receive(response(180, { toTag: 'b1' }))).toMatchObject({
      kind: 'early',
      isNew: true,
      dialog: { remoteTag: 'b1', state: 'early' },
    })
    expect(dialogs.receive(response(183, { toTag: 'b1' }))).toMatchObject({ kind: 'early', isNew: false })
    expect(dialogs.receive(response(180, { toTag: 'b2' }))).toMatchObject({ kind: 'early', isNew: true })
    expect(dialogs.early).toHaveLength(2)
  })

  it('has one answer; other forks that answer are to be ended, repeats acknowledged again', () => {
    const dialogs = forks()
    const [one, two] = [response(200, { toTag: 'b1' }), response(200, { toTag: 'b2' })]
    expect(kinds(dialogs, response(180, { toTag: 'b1' }), one, two, one, two, response(180, { toTag: 'b1' }))).toEqual([
      ...['early', 'answered', 'alsoAnswered', 'repeated', 'repeated', 'ignored'],
    ])
    expect(dialogs.early).toEqual([])
  })

  it('a 2xx says route set and target anew', () => {
    const dialogs = forks()
    dialogs.receive(response(180, { routes: [], contact: '' }))
    expect(dialogs.early[0]).toMatchObject({ routeSet: [], remoteTarget: { host: 'b' } })
    expect(dialogs.receive(response(200))).toMatchObject({
      kind: 'answered',
      dialog: { state: 'confirmed', routeSet: { length: 2 }, remoteTarget: { host: '192.0.2.20' } },
    })
  })

  it('takes the first answer of whichever fork, and bounds those that answer after it', () => {
    const dialogs = forks()
    for (let fork = 0; fork < 32; fork++) dialogs.receive(response(180, { toTag: `r${fork}` }))
    const answers = Array.from({ length: 100 }, (_, fork) => dialogs.receive(response(200, { toTag: `a${fork}` })).kind)
    expect(answers[0]).toBe('answered')
    expect(answers.filter((kind) => kind === 'alsoAnswered')).toHaveLength(31)
    expect(dialogs.receive(response(200, { toTag: 'a99' })).kind).toBe('ignored')
    expect(dialogs.receive(response(200, { toTag: 'a5' })).kind).toBe('repeated')
  })

  it('fails, and bounds its forks', () => {
    expect(forks().receive(response(486))).toEqual({ kind: 'failed', status: 486 })
    const dialogs = forks()
    for (let count = 0; count < 40; count++) dialogs.receive(response(180, { toTag: `t${count}` }))
    expect(dialogs.early).toHaveLength(32)
  })
})

describe('AnswerRepeater', () => {
  it('repeats at T1, doubling to T2, and gives up after 64·T1', () => {
    const clock = new TestClock()
    const sentAt: number[] = []
    let isGivenUp = false
    new AnswerRepeater({ scheduler: clock, send: () => sentAt.push(clock.now), unacknowledged: () => (isGivenUp = true) })
    clock.advance(31_999)
    expect(sentAt).toEqual([500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
    expect(isGivenUp).toBe(false)
    clock.advance(1)
    expect(isGivenUp).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('stops at the ACK', () => {
    const clock = new TestClock()
    let sent = 0
    const repeater = new AnswerRepeater({ scheduler: clock, send: () => sent++, unacknowledged: () => expect.fail() })
    clock.advance(600)
    repeater.stop()
    clock.advance(60_000)
    expect([sent, clock.pending]).toEqual([1, 0])
  })
})

describe('re-INVITEs that meet', () => {
  it('491 to one that meets ours, 500 to one that meets theirs', () => {
    expect(judgeReinvite({ ours: false, theirs: false })).toBe('take')
    expect(judgeReinvite({ ours: true, theirs: false })).toBe(491)
    expect(judgeReinvite({ ours: false, theirs: true })).toBe(500)
    expect([retryAfterSeconds(() => 0), retryAfterSeconds(() => 0.9999)]).toEqual([0, 10])
  })

  it('who chose the Call-ID waits 2.1 to 4 s, the other up to 2 s', () => {
    const range = (role: 'uac' | 'uas') => [glareDelayMs({ role }, () => 0), glareDelayMs({ role }, () => 0.9999)]
    expect(range('uac')).toEqual([2_100, 4_000])
    expect(range('uas')).toEqual([0, 2_000])
  })
})
