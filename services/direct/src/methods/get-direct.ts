import type { directContract } from '@voipbin/contracts/direct'
import type { Answer } from '@voipbin/service-kit'
import { directs } from '../store/directs.ts'

export const getDirect: Answer<typeof directContract, 'getDirect'> = (read, { id }) => directs.get(read, id)
