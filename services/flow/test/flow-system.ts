import { flowCallPort } from '@voipbin/contracts/call-ports'
import { customerContract } from '@voipbin/contracts/customer'
import { NIL_ID } from '@voipbin/contracts/fields'
import { type FlowStep, flowContract } from '@voipbin/contracts/flow'
import { type Action, action } from '@voipbin/contracts/flow-actions'
import { speechPort } from '@voipbin/contracts/tts-port'
import { createFakeClock, type FakeClock, fakeService, startSystem } from '@voipbin/test-kit'
import { flowService } from '../src/index.ts'

export const customer_id = '11111111-1111-4111-8111-111111111111'
export const idOf = (name: string) => `${name.padEnd(8, '0')}-0000-4000-8000-000000000000`
export const acts = (...given: object[]): Action[] => given.map((each) => action.parse(each))

/** The flow service on a fake clock; `call` is faked and remembers what it was asked. */
export async function startFlows(options: { sqlUrl?: string } = {}) {
  const clock: FakeClock = createFakeClock()
  const system = await startSystem({
    ...{ services: [flowService], contracts: [flowContract, customerContract], clock, env: { VOIPBIN_OUTBOUND_ALLOW: '127.0.0.0/8' } },
    ...options,
  })
  const asked: { method: string; input: Record<string, unknown> }[] = []
  const remember = (method: string, output: object) => (input: Record<string, unknown>) => {
    asked.push({ method, input })
    return output
  }
  const call = await fakeService(system.bus, flowCallPort, {
    takeStep: remember('takeStep', {}),
    endOfFlow: remember('endOfFlow', {}),
    placeCalls: remember('placeCalls', { call_ids: [] }),
  })
  type Speech = { provider: string; language: string; voice_id: string }
  const speech = await fakeService(system.bus, speechPort, {
    checkSpeech({ speeches }: { speeches: Speech[] }) {
      asked.push({ method: 'checkSpeech', input: { speeches } })
      const problems = speeches.flatMap(({ provider, voice_id }, index) => {
        if (provider === 'nobody') return [{ index, field: 'provider', reason: 'SPEECH_PROVIDER_UNKNOWN', rule: 'must be flite' }]
        return voice_id === 'none' ? [{ index, field: 'voice_id', reason: 'SPEECH_VOICE_UNKNOWN', rule: 'has no voice "none"' }] : []
      })
      return { providers: ['flite'], problems }
    },
  })
  const client = system.client(flowContract)
  return {
    ...{ system, clock, client, asked },
    /** A call that begins to run these actions. */
    begin: (actions: readonly Action[], more: object = {}): Promise<FlowStep> =>
      client.startActiveflow({
        ...{ id: crypto.randomUUID(), customer_id, reference_type: 'call', reference_id: idOf('ca11'), actions: [...actions] },
        ...more,
      }),
    /** The action that it was given is over. */
    over: ({ activeflow_id, execution_id }: FlowStep, variables = {}, call_status = 'progressing'): Promise<FlowStep> =>
      client.nextAction({ id: activeflow_id, execution_id, variables, call_status }),
    close: async () => {
      await call.close()
      await speech.close()
      await system.close()
    },
  }
}
export type Flows = Awaited<ReturnType<typeof startFlows>>

export const types = (step: FlowStep) => step.actions.map(({ type }) => type)
export const NONE = NIL_ID
