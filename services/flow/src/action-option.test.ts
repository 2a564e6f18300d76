import { describe, expect, test } from 'vitest'
import { checkOption, resolveOption } from './action-option.ts'
import { substituteText } from './substitute.ts'

// biome-ignore lint/suspicious/noTemplateCurlyInString: these are the templates of flows
const T = { length: '${length}', name: '${name}', missing: '${missing}' }

describe('substituteText()', () => {
  test('fills in what is known, empties what is not, and looks at nothing twice', () => {
    expect(substituteText(`a ${T.name} b ${T.missing} c`, { name: T.length, length: '4' })).toBe(`a ${T.length} b  c`)
  })

  test('a variable cannot be made to fill the memory', () => {
    expect(substituteText(T.name.repeat(10), { name: 'x'.repeat(32_000) })).toHaveLength(65_536)
  })

  test('names of Object are no variables', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template
    expect(substituteText('[${constructor}][${__proto__}]', {})).toBe('[][]')
  })

  test('knows the call as JSON', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template
    const filled = substituteText('${voipbin.flow.reference_data}', { 'voipbin.call.id': '1', other: '2' })
    expect(JSON.parse(filled)).toEqual({ id: '1' })
  })
})

describe('resolveOption()', () => {
  test('a template for a number is a number', () => {
    const option = { length: T.length, key: '#' }
    expect(checkOption({ type: 'digits_receive', option })).toMatchObject({ option: { length: T.length, duration: 5000 } })
    expect(resolveOption({ type: 'digits_receive', option }, { length: '4' })).toMatchObject({ option: { length: 4 } })
    expect(resolveOption({ type: 'digits_receive', option }, { length: 'four' })).toMatchObject({ problems: [{ path: ['length'] }] })
  })

  test('text that looks like a number stays text', () => {
    expect(resolveOption({ type: 'talk', option: { text: T.name } }, { name: '42' })).toMatchObject({ option: { text: '42' } })
    expect(resolveOption({ type: 'variable_set', option: { key: 'a', value: T.name } }, { name: 'true' })).toMatchObject({
      option: { value: 'true' },
    })
  })

  test('numbers in lists stay numbers', () => {
    const option = { weekdays: [1, 2], ranges: [] }
    expect(resolveOption({ type: 'condition_datetime', option }, {})).toMatchObject({ option: { weekdays: [1, 2] } })
  })

  test('an address is filled in where it is', () => {
    const option = { destinations: [{ type: 'tel', target: `+${T.name}` }] }
    expect(resolveOption({ type: 'connect', option }, { name: '15551234' })).toMatchObject({
      option: { destinations: [{ type: 'tel', target: '+15551234' }], early_media: false },
    })
  })
})
