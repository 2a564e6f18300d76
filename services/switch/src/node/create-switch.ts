import type { MethodName } from '@voipbin/contracts/contract'
import { type SwitchContract, switchContract } from '@voipbin/contracts/switch'
import { type AnyNode, defineNode, type NodeAnswers } from '@voipbin/service-kit'
import { switchConfig } from '../config.ts'
import { onPasswordChanges } from '../registrar/password-changes.ts'
import { openSwitch, type RunningSwitch, type SwitchParts } from './open-switch.ts'

/** The switch as a node, on whatever carries its media. */
export function createSwitch(parts: SwitchParts): AnyNode {
  return defineNode({
    contract: switchContract,
    config: switchConfig,
    nodeId: (config) => config.nodeName,
    start: (kit) => {
      // Threads and sockets are opened last: a process whose other services cannot start has nothing to close then.
      const opened = Promise.withResolvers<RunningSwitch>()
      let running: RunningSwitch | undefined
      return {
        methods: whenOpened(opened.promise),
        watches: onPasswordChanges(() => running?.forgetUsers()),
        async listen() {
          running = await openSwitch(kit, parts)
          opened.resolve(running)
          return running
        },
        drain: async () => running?.drain(),
      }
    },
  })
}

type Answer = (input: unknown) => Promise<unknown>

/** Commands that come before the node is open wait for it. */
function whenOpened(opened: Promise<RunningSwitch>): NodeAnswers<SwitchContract> {
  const names = Object.keys(switchContract.methods) as MethodName<SwitchContract>[]
  const late =
    (name: MethodName<SwitchContract>): Answer =>
    async (input) =>
      ((await opened).methods[name] as Answer)(input)
  return Object.fromEntries(names.map((name) => [name, late(name)])) as unknown as NodeAnswers<SwitchContract>
}
