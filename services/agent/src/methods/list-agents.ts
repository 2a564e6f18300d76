import type { agentContract } from '@voipbin/contracts/agent'
import { invalidArgument } from '@voipbin/contracts/errors'
import { id } from '@voipbin/contracts/fields'
import type { Answer } from '@voipbin/service-kit'
import { listWithTags } from '../store/agents.ts'

export const listAgents: Answer<typeof agentContract, 'listAgents'> = (read, { tag_ids, status, ...page }) =>
  listWithTags(read, page, status === '' ? {} : { status }, parseIds(tag_ids))

function parseIds(text: string): string[] {
  const words = text.split(',').map((word) => word.trim())
  return words.filter(Boolean).map((word) => {
    const parsed = id().safeParse(word)
    if (parsed.success) return parsed.data
    throw invalidArgument(`Cannot list agents: "${word}" in field "tag_ids" is no id`, [
      { field: 'tag_ids', rule: 'must be ids with commas between' },
    ])
  })
}
