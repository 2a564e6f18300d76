import { describe, expect, test } from 'vitest'
import { isTaken, rename, wordsOf } from './rename-example.ts'

describe('wordsOf()', () => {
  test('makes the plural', () => {
    expect(wordsOf('alarm').plural).toBe('alarms')
    expect(wordsOf('registry').plural).toBe('registries')
    expect(wordsOf('survey').plural).toBe('surveys')
    expect(wordsOf('inbox').plural).toBe('inboxes')
  })

  test.each(['', 'Alarm', 'two-words', '../up', '1st', 'alarms'])('refuses "%s"', (name) => {
    expect(() => wordsOf(name)).toThrow(RangeError)
  })
})

describe('rename()', () => {
  const alarm = wordsOf('alarm')

  test('knows every form of the word', () => {
    expect(rename("tag tags Tag listTags tag_tags tag_created '@voipbin/tag' tagContract GET /tags/:id delete-tag.ts", alarm)).toBe(
      "alarm alarms Alarm listAlarms alarm_alarms alarm_created '@voipbin/alarm' alarmContract GET /alarms/:id delete-alarm.ts",
    )
  })

  test('leaves other words alone', () => {
    expect(rename('stage percentage tagged stagger Tagged', alarm)).toBe('stage percentage tagged stagger Tagged')
  })
})

describe('isTaken()', () => {
  test('finds a word that the example uses for something else', () => {
    expect(isTaken('listTags: query(pageOf(tag))', wordsOf('query'))).toBe(true)
    expect(isTaken('listTags: query(pageOf(tag))', wordsOf('alarm'))).toBe(false)
  })
})
