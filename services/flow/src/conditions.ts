import type { ActionOption } from '@voipbin/contracts/flow-actions'

type Comparison = ActionOption<'condition_variable'>['condition']

export function compare<T extends string | number>(left: T, comparison: Comparison, right: T): boolean {
  if (comparison === '==') return left === right
  if (comparison === '!=') return left !== right
  if (comparison === '>') return left > right
  if (comparison === '>=') return left >= right
  return comparison === '<' ? left < right : left <= right
}

/** What is compared is what `variable` says with its variables filled in; text that is no number is like no number at all. */
export function isVariableTrue(option: ActionOption<'condition_variable'>): boolean {
  const { condition, variable, value_type } = option
  if (value_type === 'string') return compare(variable, condition, option.value_string)
  if (value_type === 'length') return compare([...variable].length, condition, Number(option.value_length))
  const left = variable.trim() === '' ? Number.NaN : Number(variable)
  return compare(left, condition, Number(option.value_number))
}

type Local = {
  readonly minute: number
  readonly hour: number
  readonly day: number
  readonly month: number
  readonly weekday: number
  /** `2026-01-31`. */
  readonly date: string
  /** `09:30`. */
  readonly time: string
}

/** @param now UTC, ISO */
export function isDatetimeTrue(option: ActionOption<'condition_datetime'>, now: string): boolean {
  const local = localTime(new Date(now), option.time_zone)
  const { weekdays, ranges } = option
  if (weekdays.length > 0 && !includes(weekdays, local.weekday)) return false
  const isPartsTrue = (['month', 'day', 'hour', 'minute'] as const).every((part) => {
    const wanted = Number(option[part] ?? UNSET)
    const isSet = part === 'month' || part === 'day' ? wanted > 0 : wanted >= 0
    return !isSet || compare(wanted, option.condition, local[part])
  })
  return isPartsTrue && (ranges.length === 0 || ranges.some((range) => isWithin(range, local)))
}

const UNSET = -1
type Range = ActionOption<'condition_datetime'>['ranges'][number]

function isWithin({ weekdays, from_time, to_time, from_day, to_day }: Range, local: Local): boolean {
  const isOvernight = to_time <= from_time
  const isMorning = isOvernight && local.time < to_time
  if (!isMorning && (local.time < from_time || (!isOvernight && local.time >= to_time))) return false
  // The morning after belongs to the day on which its night began.
  const date = isMorning ? dayBefore(local.date) : local.date
  const weekday = isMorning ? (local.weekday + 6) % 7 : local.weekday
  if (weekdays.length > 0 && !includes(weekdays, weekday)) return false
  return (from_day === undefined || date >= from_day) && (to_day === undefined || date <= to_day)
}

const includes = (weekdays: readonly unknown[], weekday: number) => weekdays.some((each) => Number(each) === weekday)

const dayBefore = (date: string) => new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const formats = new Map<string, Intl.DateTimeFormat>()

/** @throws RangeError for a time zone that is not known */
export function localTime(now: Date, timeZone: string): Local {
  const format = formats.get(timeZone) ?? newFormat(timeZone)
  formats.set(timeZone, format)
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]))
  const { year = '', month = '', day = '', hour = '', minute = '', weekday = '' } = parts
  return {
    ...{ minute: Number(minute), hour: Number(hour), day: Number(day), month: Number(month), weekday: WEEKDAYS.indexOf(weekday) },
    date: `${year}-${month}-${day}`,
    time: `${hour}:${minute}`,
  }
}

const newFormat = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, weekday: 'short', hourCycle: 'h23' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  })

export function isTimeZone(name: string): boolean {
  try {
    localTime(new Date(0), name)
    return true
  } catch {
    return false
  }
}
