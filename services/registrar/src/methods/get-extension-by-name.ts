import { notFound } from '@voipbin/contracts/errors'
import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { isAscii } from '../extension.ts'
import { extensions } from '../store/extensions.ts'

export const getExtensionByName: Answer<typeof registrarContract, 'getExtensionByName'> = async (read, { customer_id, extension }) => {
  const found = isAscii(extension) ? await extensions.first(read, { customer_id, extension }) : undefined
  if (!found) throw notFound('extension', extension)
  return found
}
