import type { agentContract } from '@voipbin/contracts/agent'
import type { Answer } from '@voipbin/service-kit'
import { agents } from '../store/agents.ts'

export const getAgent: Answer<typeof agentContract, 'getAgent'> = (read, { id }) => agents.get(read, id)
