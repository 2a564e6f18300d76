import type { DnsPort } from '@voipbin/sip'
import { expect, test } from 'vitest'
import { createSteadyDns } from './steady-dns.ts'

function failing(): DnsPort & { isSilent: boolean; addresses: readonly string[] } {
  const dns = {
    isSilent: false,
    addresses: ['192.0.2.30'] as readonly string[],
    naptr: async () => [],
    srv: async () => [],
    async a() {
      if (dns.isSilent) throw new Error('ETIMEOUT')
      return dns.addresses
    },
    aaaa: async () => [],
  }
  return dns
}

test('what the DNS said last stands while it is silent, name by name', async () => {
  const dns = failing()
  const steady = createSteadyDns(dns)
  expect(await steady.a('carrier.example')).toEqual(['192.0.2.30'])
  dns.isSilent = true
  expect(await steady.a('carrier.example')).toEqual(['192.0.2.30'])
  await expect(steady.a('other.example')).rejects.toThrow('ETIMEOUT')
})

test('what it says anew counts, also that there is nothing any more', async () => {
  const dns = failing()
  const steady = createSteadyDns(dns)
  await steady.a('carrier.example')
  dns.addresses = []
  expect(await steady.a('carrier.example')).toEqual([])
  dns.isSilent = true
  expect(await steady.a('carrier.example')).toEqual([])
})
