import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { extensions } from '../store/extensions.ts'

export const listExtensions: Answer<typeof registrarContract, 'listExtensions'> = (read, page) => extensions.list(read, page)
