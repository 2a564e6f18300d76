import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { trunks } from '../store/trunks.ts'

export const getTrunk: Answer<typeof registrarContract, 'getTrunk'> = (read, { id }) => trunks.get(read, id)
