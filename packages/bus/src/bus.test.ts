import { describe, expect, it } from 'vitest'
import { PARTITIONS, partitionOf } from './index.ts'

describe('partitionOf()', () => {
  it('never changes: queues full of events outlive a release', () => {
    const keys = ['', 'a', 'key-1', '00000000-0000-0000-0000-000000000000', '01890a5d-ac96-774b-bcce-b302099a8057', 'ü€😀']
    expect(keys.map(partitionOf)).toStrictEqual([5, 4, 6, 1, 3, 0])
  })

  it('spreads keys evenly', () => {
    const partitions = Array.from({ length: 8000 }, (_, index) => partitionOf(`01890a5d-ac96-774b-bcce-${index}`))
    const counts = Array.from({ length: PARTITIONS }, (_, partition) => partitions.filter((one) => one === partition).length)
    expect(Math.min(...counts)).toBeGreaterThan(800)
  })
})
