import type { Clock } from '@voipbin/service-kit'

/** Three beats of a switch node. */
const LOST_AFTER_MS = 6000
/** One that is cut off from a carrier does not speak for the others; many would say the same. */
const ASKED = 3

/** Switch nodes that this instance has heard of lately. */
export type Nodes = { heard(nodeId: string): void; here(): string[] }

export function createNodes(clock: Clock): Nodes {
  const heardAt = new Map<string, number>()
  return {
    heard(nodeId) {
      heardAt.delete(nodeId)
      heardAt.set(nodeId, clock.now())
    },
    here() {
      for (const [nodeId, at] of heardAt) if (at + LOST_AFTER_MS < clock.now()) heardAt.delete(nodeId)
      return [...heardAt.keys()].slice(-ASKED)
    },
  }
}
