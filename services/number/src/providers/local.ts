import { randomInt } from 'node:crypto'
import { RESERVED_PREFIX, VIRTUAL_PREFIX } from '@voipbin/contracts/number'
import type { NumberProvider } from './number-provider.ts'

const NINE_DIGITS = 1_000_000_000
/** Below it are the reserved ones. */
const FIRST = 10 ** (VIRTUAL_PREFIX.length + 9 - RESERVED_PREFIX.length)

/**
 * Virtual numbers: the platform's own, free, and known to nobody else. Any that nobody has is available, so a few are drawn; of
 * 999 million, hardly one is taken.
 */
export function createLocalProvider(draw: (first: number, end: number) => number = randomInt): NumberProvider {
  const drawNumber = () => `${VIRTUAL_PREFIX}${String(draw(FIRST, NINE_DIGITS)).padStart(9, '0')}`
  return {
    name: 'local',
    async search({ limit }) {
      const drawn = new Set(Array.from({ length: limit }, drawNumber))
      return [...drawn].map((number) => ({ number, country: '899', region: '', postal_code: '', features: ['voice', 'sms'] }))
    },
    buy: async () => ({ reference: '', t38_enabled: false, emergency_enabled: false }),
    find: async () => undefined,
    label: async () => undefined,
    release: async () => undefined,
  }
}
