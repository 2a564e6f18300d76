import type { SipBinding } from '@voipbin/contracts/switch-legs'
import { describe, expect, it } from 'vitest'
import { type Change, changeBindings, inOrder } from './bindings.ts'

const binding = (contact: string, fields: Partial<SipBinding> = {}): SipBinding => ({
  ...{ contact, node_id: 'n', flow: 'f', source: 'udp:192.0.2.1:5060', user_agent: '', sip_call_id: contact, cseq: 1, q: 1_000 },
  tm_expire: '2026-01-01T01:00:00.000000Z',
  ...fields,
})
const change = (fields: Partial<Change>): Change => ({ sip_call_id: 'new', cseq: 5, save: [], remove: [], remove_all: false, ...fields })
const names = (bindings: readonly SipBinding[]) => bindings.map(({ contact }) => contact)

describe('changeBindings()', () => {
  it('adds, refreshes and removes by contact', () => {
    const { keep, save, gone } = changeBindings(
      [binding('a'), binding('b'), binding('c')],
      change({ save: [binding('b', { cseq: 9 }), binding('d'), binding('d', { cseq: 10 })], remove: ['c', 'never was'] }),
      10,
    )
    expect([names(keep), names(save), names(gone)]).toEqual([['a'], ['b', 'd'], ['b', 'c']])
    expect(save.map(({ cseq }) => cseq)).toEqual([9, 10])
    expect(names(changeBindings([binding('a'), binding('b')], change({ remove_all: true }), 10).gone)).toEqual(['a', 'b'])
  })

  it('refuses all of a request that is older than what it would change, and only then', () => {
    const before = [binding('a', { sip_call_id: 'new', cseq: 5 }), binding('b')]
    const refused = expect.objectContaining({ reason: 'REGISTRATION_OUT_OF_ORDER' })
    for (const wanted of [
      { save: [binding('a'), binding('c')] },
      { remove: ['a'] },
      { remove_all: true },
      { cseq: 4, save: [binding('a')] },
    ]) {
      expect(() => changeBindings(before, change(wanted), 10)).toThrow(refused)
    }
    for (const wanted of [{ save: [binding('b')] }, { cseq: 6, remove: ['a'] }, { sip_call_id: 'x', remove_all: true }, {}]) {
      expect(() => changeBindings(before, change(wanted), 10)).not.toThrow()
    }
  })

  it('makes room by what would expire first, never for more than may be', () => {
    const before = ['3', '1', '2'].map((hour) => binding(hour, { tm_expire: `2026-01-01T0${hour}:00:00.000000Z` }))
    const { keep, gone } = changeBindings(before, change({ save: [binding('new')] }), 3)
    expect([names(keep), names(gone)]).toEqual([['3', '2'], ['1']])
    const save = ['a', 'b', 'c', 'd'].map((contact) => binding(contact))
    expect(() => changeBindings([], change({ save }), 3)).toThrow(expect.objectContaining({ reason: 'TOO_MANY_CONTACTS' }))
  })
})

it('inOrder() puts the preferred first, then what lives longest', () => {
  const late = binding('late', { tm_expire: '2026-01-01T02:00:00.000000Z' })
  expect(names(inOrder([binding('low', { q: 100 }), binding('early'), late]))).toEqual(['late', 'early', 'low'])
})
