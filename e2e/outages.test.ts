import { describe, test } from 'vitest'
import { useScene } from './scene.ts'
import { areOurs, requireServers } from './servers.ts'
import { outageStories } from './stories/outages.ts'
import { expectShares } from './stories/replicas.ts'
import { faultServices } from './world.ts'

const servers = requireServers()
/** Nobody else's servers are stopped. */
const mayStop = servers !== undefined && (await areOurs(servers))
if (servers && !mayStop) process.stderr.write('skipped, because the servers are not those of tools/servers.sh\n')

describe.skipIf(!mayStop)('two processes a service, whose servers fail', () => {
  const scene = useScene('distributed', 'faults', { services: faultServices })
  outageStories(scene)
  test('afterwards the replicas still share the partitions, four each', () => expectShares(scene.world, [4, 4]))
})
