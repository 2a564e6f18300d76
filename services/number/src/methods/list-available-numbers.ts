import { invalidArgument } from '@voipbin/contracts/errors'
import type { NumberContract } from '@voipbin/contracts/number'
import type { Answer } from '@voipbin/service-kit'
import type { Providers } from '../providers/index.ts'
import { takenOf } from '../store/numbers.ts'

const VIRTUAL_COUNTRY = '899'

export const listAvailableNumbers =
  (providers: Providers): Answer<NumberContract, 'listAvailableNumbers'> =>
  async (ctx, { country_code, type, page_size: limit }) => {
    const country = country_code.toUpperCase()
    const isOfNoCountry = country === '' || country === VIRTUAL_COUNTRY
    const isVirtual = type === undefined ? isOfNoCountry : type === 'virtual'
    if (!isVirtual && isOfNoCountry) throw withoutCountry()
    const found = await (isVirtual ? providers.local : providers.seller()).search({ country, limit })
    const taken = await takenOf(
      ctx.read(),
      found.map(({ number }) => number),
    )
    return { result: found.filter(({ number }) => !taken.has(number)) }
  }

const withoutCountry = () =>
  invalidArgument('Cannot list numbers of the telephone network without a country', [
    { field: 'country_code', rule: 'must be a country such as US' },
  ])
