import { TIMEOUT_TAG } from '../call.ts'
import { hangUp } from '../hang-up.ts'
import { calls } from '../store/calls.ts'
import { endCall } from '../work.ts'

export const endCallHandler = endCall.inTx(async (tx, { call_id }) => {
  const call = await calls.find(tx, call_id)
  if (call) await hangUp(tx, call, 'timeout', { tag: TIMEOUT_TAG })
})
