import { type ActionOption, actionOptions } from '@voipbin/contracts/flow-actions'
import { describe, expect, test } from 'vitest'
import { isDatetimeTrue, isTimeZone, isVariableTrue } from './conditions.ts'

const variable = (option: object) => isVariableTrue(actionOptions.condition_variable.parse(option) as ActionOption<'condition_variable'>)
const at = (now: string, option: object) =>
  isDatetimeTrue(actionOptions.condition_datetime.parse(option) as ActionOption<'condition_datetime'>, now)

describe('isVariableTrue()', () => {
  test.each([
    [true, { variable: 'abc', value_string: 'abc' }],
    [false, { variable: 'abc', value_string: 'ABC' }],
    [true, { variable: '10', value_type: 'number', condition: '>', value_number: 9 }],
    [false, { variable: '10', condition: '>', value_string: '9' }],
    [false, { variable: 'ten', value_type: 'number', value_number: 0 }],
    [false, { variable: '', value_type: 'number', value_number: 0 }],
    [true, { variable: 'ten', value_type: 'number', condition: '!=', value_number: 0 }],
    [true, { variable: '1234', value_type: 'length', condition: '>=', value_length: 4 }],
    [true, { variable: '', value_type: 'length', condition: '==', value_length: 0 }],
    [true, { variable: '👍', value_type: 'length', value_length: 1 }],
  ])('%s for %j', (expected, option) => expect(variable(option)).toBe(expected))
})

describe('isDatetimeTrue()', () => {
  // A Saturday.
  const now = '2026-01-31T22:30:00.000000Z'
  test.each([
    ['nothing asked for', true, {}],
    ['the hour as it is', true, { hour: 22 }],
    ['a part that is left out, and one that is −1 as the original has it', true, { hour: -1, minute: -1, day: 0, month: 1 }],
    ['22 is greater than the hour', false, { hour: 22, condition: '>' }],
    ['23 is greater than the hour', true, { hour: 23, condition: '>' }],
    ['its weekday', true, { weekdays: [6] }],
    ['other weekdays', false, { weekdays: [0, 1, 2, 3, 4, 5] }],
    ['the next day in Seoul', true, { time_zone: 'Asia/Seoul', weekdays: [0], hour: 7, day: 1, month: 2 }],
    ['within office hours', false, { ranges: [{ weekdays: [1, 2, 3, 4, 5], from_time: '09:00', to_time: '17:00' }] }],
    [
      'within one of two ranges',
      true,
      {
        ranges: [
          { from_time: '09:00', to_time: '17:00' },
          { from_time: '22:00', to_time: '23:00' },
        ],
      },
    ],
    ['at the end of a range', false, { ranges: [{ from_time: '21:00', to_time: '22:30' }] }],
    ['in a night', true, { ranges: [{ from_time: '22:00', to_time: '06:00' }] }],
    [
      'in the morning after a Saturday night',
      true,
      { time_zone: 'Europe/Helsinki', ranges: [{ weekdays: [6], from_time: '23:00', to_time: '02:00' }] },
    ],
    [
      'in the morning after a Sunday night',
      false,
      { time_zone: 'Europe/Helsinki', ranges: [{ weekdays: [0], from_time: '23:00', to_time: '02:00' }] },
    ],
    ['before the first day', false, { ranges: [{ from_day: '2026-02-01' }] }],
    ['on the last day', true, { ranges: [{ from_day: '2026-01-01', to_day: '2026-01-31' }] }],
  ])('%s: %s', (_what, expected, option) => expect(at(now, option)).toBe(expected))

  test('follows summer time', () => {
    const nine = { time_zone: 'Europe/Berlin', hour: 9 }
    expect(at('2026-03-28T08:00:00.000000Z', nine)).toBe(true)
    expect(at('2026-03-29T07:00:00.000000Z', nine)).toBe(true)
  })

  test('time zones have to be known', () => {
    expect([isTimeZone('Europe/Berlin'), isTimeZone('UTC'), isTimeZone('Mars/Olympus')]).toEqual([true, true, false])
  })
})
