import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { extensions } from '../store/extensions.ts'

export const getExtension: Answer<typeof registrarContract, 'getExtension'> = (read, { id }) => extensions.get(read, id)
