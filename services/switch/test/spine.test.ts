import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { createScriptedMedia, type ScriptedMedia } from './scripted-media.ts'
import { type RunningSwitch, type StartSwitchOptions, startSwitch } from './start-switch.ts'

const run = promisify(execFile)
let node: RunningSwitch | undefined
afterEach(() => node?.close())

async function start(options: Partial<StartSwitchOptions> = {}): Promise<{ node: RunningSwitch; media: ScriptedMedia }> {
  const media = createScriptedMedia()
  node = await startSwitch({ openEngine: () => media, ...options })
  return { node, media }
}

/** SIPp as a caller, by its built-in scenario: INVITE, ACK, BYE. Rejects where one call fails. */
const sipp = (target: string, calls: number) =>
  run('sipp', [target, '-sn', 'uac', '-m', String(calls), '-r', '50', '-d', '100', '-i', '127.0.0.1', '-nostdin', '-timeout', '20s'])

describe('the spine, with real sockets', () => {
  it('SIPp calls, is offered, answered and hangs up', async () => {
    const { node, media } = await start({
      offerCall: ({ id }, switchNode) => {
        queueMicrotask(async () => {
          await switchNode.command.ring({ id })
          await switchNode.command.answer({ id })
        })
        return { decision: 'take', customer_id: crypto.randomUUID(), affinity: id }
      },
    })
    await sipp(node.udp, 10)
    expect(node.offers).toHaveLength(10)
    await expect.poll(() => node.events.filter(({ type }) => type === 'channel.ended').length).toBe(10)
    const { id = '' } = node.offers[0] ?? {}
    const told = node.events.filter(({ data }) => data['subject_id'] === id)
    expect(told.map(({ type, data }) => [type, data['seq']])).toEqual([
      ['channel.answered', 1],
      ['channel.ended', 2],
    ])
    expect(told[1]?.data['end']).toMatchObject({ by: 'remote', cause: 16 })
    expect(media.legs.size).toBe(0)
    expect((await node.client.listChannels({})).channels).toEqual([])
  })
})
