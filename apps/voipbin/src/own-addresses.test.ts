import { expect, test } from 'vitest'
import { localAddressTo, ownAddresses } from './own-addresses.ts'

test('localAddressTo() tells which address reaches a peer: its own for this machine, none where no way leads', async () => {
  expect(await localAddressTo('127.0.0.1')).toBe('127.0.0.1')
  for (const address of ownAddresses()) expect(await localAddressTo(address)).toBe(address)
  expect(await localAddressTo('no-such-name.invalid')).toBeUndefined()
})
