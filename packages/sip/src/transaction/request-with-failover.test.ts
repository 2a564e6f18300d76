import { beforeEach, describe, expect, it } from 'vitest'
import { TestNetwork } from '../../test/network.ts'
import { createRequest, createResponse } from '../message/build.ts'
import { HeaderList } from '../message/header-list.ts'
import { parseUri } from '../message/uri.ts'
import type { Target } from '../transport/flow.ts'
import { FailoverRequest } from './request-with-failover.ts'

let net: TestNetwork
beforeEach(() => {
  net = new TestNetwork()
})

const target = (last: number): Target => ({ protocol: 'UDP', host: `192.0.2.${last}`, port: 5060 })

function call(...targets: readonly Target[]): FailoverRequest {
  const build = () => {
    const headers = new HeaderList()
      .append('From', '<sip:a@a>;tag=f')
      .append('To', '<sip:b@b>')
      .append('Call-ID', 'c')
      .append('CSeq', '1 INVITE')
    return createRequest('INVITE', parseUri('sip:b@b') ?? expect.fail(), headers)
  }
  const listener = {
    onResponse: ({ status }: { readonly status: number }) => net.heard.push(status),
    onEnd: (end: string) => net.heard.push(end),
  }
  return new FailoverRequest({ layer: net.layer, targets, build, listener })
}

const answer = (index: number, status: number) =>
  net.layer.receive(createResponse(net.sentRequest(index), status, { toTag: 't' }), net.flow)

describe('FailoverRequest', () => {
  it('goes on after a time-out, on a branch of its own, and after 503', () => {
    call(target(1), target(2), target(3))
    net.clock.advance(32_000)
    const second = net.sent.length - 1
    expect(net.targets.at(-1)).toBe('UDP 192.0.2.2')
    expect(net.sentRequest(second).headers.raw('Via')).not.toBe(net.sentRequest(0).headers.raw('Via'))
    answer(second, 100)
    answer(second, 503)
    expect(net.targets.at(-1)).toBe('UDP 192.0.2.3')
    answer(net.sent.length - 1, 486)
    net.clock.advance(64_000)
    expect(net.heard).toEqual([100, 486, 'done'])
  })

  it('goes on at once when a send fails, and says so when none is left', () => {
    net.failSends = true
    call(target(1), target(2))
    expect(net.targets).toEqual(['UDP 192.0.2.1', 'UDP 192.0.2.2'])
    expect(net.heard).toEqual(['transportFailed'])
  })

  it('stays with a target that has shown that it is there', () => {
    call(target(1), target(2))
    answer(0, 180)
    answer(0, 503)
    net.clock.advance(32_000)
    expect(net.heard).toEqual([180, 503, 'done'])
    expect(new Set(net.targets)).toEqual(new Set(['UDP 192.0.2.1']))
  })

  it('gives the last 503 to who asked', () => {
    call(target(1))
    answer(0, 503)
    expect(net.heard).toEqual([503])
  })

  it('asks over UDP again where TCP was chosen for size and failed', () => {
    net.largeOctets = 150
    net.failProtocol = 'TCP'
    call(target(1))
    net.clock.advance(0)
    expect(net.targets).toEqual(['TCP 192.0.2.1', 'UDP 192.0.2.1'])
    expect(net.heard).toEqual([])
  })

  it('tries no other once cancelled, and says when there is none to try', () => {
    call(target(1), target(2)).cancel()
    net.clock.advance(32_000)
    expect(net.heard).toEqual(['timedOut'])
    call()
    net.unreachable = true
    call(target(1), target(2))
    expect(net.heard).toEqual(['timedOut', 'noTarget', 'noTarget'])
  })
})
