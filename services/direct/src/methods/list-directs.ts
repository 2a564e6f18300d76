import type { directContract } from '@voipbin/contracts/direct'
import type { Answer } from '@voipbin/service-kit'
import { directs } from '../store/directs.ts'

export const listDirects: Answer<typeof directContract, 'listDirects'> = (read, page) => directs.list(read, page)
