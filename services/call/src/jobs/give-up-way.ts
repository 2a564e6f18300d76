import { type DialTimes, endLeg } from '../end-leg.ts'
import { callOfChannel } from '../leg.ts'
import { triesNextWay } from '../next-way.ts'
import { tellNode } from '../tell-node.ts'
import { giveUpWay } from '../work.ts'

/** Recovery on timer expiry (Q.850). */
const SILENT = { cause: 102, sip_status: 408, by: 'network', tag: '', text: 'nothing was heard of it in time' } as const

/** Its leg is told to end, and what it still tells is nothing to the call, which is on its next leg by then. */
export const giveUpWayHandler = (times: DialTimes) =>
  giveUpWay.inTx(async (tx, leg) => {
    const call = await callOfChannel(tx, leg)
    if (call?.status !== 'dialing' || !triesNextWay(call, SILENT, { now: tx.now, ...times })) return
    tellNode(tx, call, { method: 'hangup', input: { id: call.id, cause: SILENT.cause, tag: '' } })
    await endLeg(tx, call, SILENT, times)
  })
