import type { directContract } from '@voipbin/contracts/direct'
import { notFound } from '@voipbin/contracts/errors'
import type { Answer } from '@voipbin/service-kit'
import { directs } from '../store/directs.ts'

/** Not cached: it is one look into one index, and a hash that was renewed must open nothing from then on. */
export const getDirectByHash: Answer<typeof directContract, 'getDirectByHash'> = async (read, { hash }) => {
  const found = await directs.first(read, { hash })
  if (!found) throw notFound('direct', hash)
  return found
}
