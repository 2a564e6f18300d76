import { FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import { flowContract } from '@voipbin/contracts/flow'
import { type Action, action } from '@voipbin/contracts/flow-actions'
import { numberContract } from '@voipbin/contracts/number'
import { registrarContract } from '@voipbin/contracts/registrar'
import type { Caller } from '@voipbin/service-kit'
import type { FirstThings } from './greeting.ts'

const customer_id = FIRST_CUSTOMER_ID
/** Fixed, so that what was changed or deleted since is known again at the next start. */
const idOf = (last: number) => `00000000-0000-4000-a000-${String(last).padStart(12, '0')}`
const act = (last: number, type: Action['type'], option: Record<string, unknown> = {}): Action =>
  action.parse({ id: idOf(last), type, option })
const talk = (last: number, text: string, more = {}) => act(last, 'talk', { text, language: 'en-US', ...more })

const extensions = [1000, 2000, 3000].map((extension) => ({
  id: idOf(extension),
  extension: String(extension),
  name: `Phone ${extension}`,
}))

const RECORDED_S = 20

const ivr: readonly Action[] = [
  act(11, 'answer'),
  talk(12, 'Welcome to VoIPBIN. Press 1 to record yourself and hear it. Press 2 to hear a tone. Press any other key to end.', {
    digits_handle: 'next',
  }),
  act(13, 'digits_receive', { duration: 8000, length: 1 }),
  act(14, 'branch', { target_ids: { 1: idOf(15), 2: idOf(17) }, default_target_id: idOf(19) }),
  talk(15, 'Say something after the tone, and press the hash key when you are done.', { digits_handle: 'next' }),
  act(16, 'recording_start', { beep_start: true, duration: RECORDED_S, end_of_key: '#' }),
  act(21, 'digits_receive', { duration: RECORDED_S * 1000, key: '#', length: 100 }),
  act(22, 'recording_stop'),
  talk(23, 'You said:'),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the flow
  { ...act(24, 'play', { stream_urls: ['${voipbin.recording.url}'] }), next_id: idOf(12) },
  talk(17, 'Here is a tone.'),
  { ...act(18, 'beep'), next_id: idOf(12) },
  talk(19, 'Goodbye.'),
  act(20, 'hangup', { reason: 'normal' }),
]

const flows = [
  { id: idOf(1), number: '+899100000001', name: 'Demo: a menu', actions: [...ivr] },
  {
    id: idOf(2),
    number: '+899100000002',
    name: 'Demo: an echo',
    actions: [act(21, 'answer'), act(22, 'beep'), act(23, 'echo', { duration: 120_000 })],
  },
  {
    ...{ id: idOf(3), number: '+899100000003', name: 'Demo: to extension 1000' },
    actions: [
      act(31, 'connect', { destinations: [{ type: 'extension', target: extensions[0]?.id }], relay_reason: true }),
      act(32, 'hangup'),
    ],
  },
]

/**
 * Something to call: three phones, and three virtual numbers with a flow each.
 * @returns what is shown now and never again
 */
export async function makeDemo({ clients }: Caller, chosen: readonly string[]): Promise<FirstThings> {
  const secrets: [string, string][] = []
  const numbers: [string, string][] = []
  if (chosen.includes('flow')) {
    for (const { id, name, actions } of flows)
      await clients(flowContract).seedFlow({ id, customer_id, name, detail: 'Made at the first start: change it as you like', actions })
  }
  if (chosen.includes('registrar')) {
    for (const extension of extensions) {
      const { created, password } = await clients(registrarContract).seedExtension({ ...extension, customer_id })
      if (created) secrets.push([`Extension ${extension.extension}`, `password ${password}`])
    }
  }
  if (chosen.includes('number')) {
    for (const { id: call_flow_id, number, name } of flows) {
      const { created } = await clients(numberContract).seedNumber({ id: call_flow_id, customer_id, number, name, call_flow_id })
      if (created) numbers.push([number, name])
    }
  }
  return { secrets, numbers }
}
