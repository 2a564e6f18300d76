import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { trunks } from '../store/trunks.ts'

export const listTrunks: Answer<typeof registrarContract, 'listTrunks'> = (read, page) => trunks.list(read, page)
