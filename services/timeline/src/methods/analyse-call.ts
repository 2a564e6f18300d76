import type { timelineContract } from '@voipbin/contracts/timeline'
import type { Answer, Clients } from '@voipbin/service-kit'
import { qualityOf, toMessage } from '../sip-analysis.ts'
import { traceLegs } from '../trace-legs.ts'

export const analyseCall =
  (client: Clients): Answer<typeof timelineContract, 'analyseCall'> =>
  async (ctx, asked) => {
    const { messages, events } = await traceLegs(client, ctx.read(), asked)
    return { sip_messages: messages.map(toMessage), rtcp_stats: qualityOf(events) }
  }
