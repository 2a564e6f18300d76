import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Action, actionRules, actionTypes } from '@voipbin/contracts/flow-actions'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acts, customer_id, type Flows, startFlows } from './flow-system.ts'

const guide = readFileSync(join(import.meta.dirname, '../../../docs/flow-actions.md'), 'utf8')
const examples = [...guide.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json) as Action[])
const rulesOf = (isLater: boolean) => actionTypes.filter((type) => (actionRules[type].runsIn === 'later') === isLater)

/** The reader's own. */
const other = { id: 'dddddddd-0000-4000-8000-000000000001', customer_id, name: 'other', detail: '', actions: acts({ type: 'answer' }) }

describe('the guide to flow actions', () => {
  let flows: Flows
  beforeAll(async () => {
    flows = await startFlows()
    await flows.client.seedFlow(other)
  })
  afterAll(() => flows.close())

  test.each(examples.map((actions, index) => ({ index, actions })))('its example $index can be saved and started', async ({ actions }) => {
    const saved = await flows.client.createFlow({ customer_id, name: 'guide', detail: '', actions: acts(...actions) })
    expect(saved.actions.map(({ type }) => type)).toEqual(actions.map(({ type }) => type))
    const step = await flows.begin([], { flow_id: saved.id })
    expect(['run', 'wait', 'ended']).toContain(step.state)
  })

  test('it shows every action that there is, and names those that are not there yet', () => {
    const shown = new Set(examples.flat().map(({ type }) => type))
    expect(rulesOf(false).filter((type) => !shown.has(type))).toEqual([])
    for (const type of rulesOf(true)) expect(guide).toContain(`\`${type}\``)
  })
})
