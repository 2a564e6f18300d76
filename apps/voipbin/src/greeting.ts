import { isIPv6 } from 'node:net'

/** What the first start has made, by what is shown of it. */
export type FirstThings = {
  /** Name and value of what cannot be shown again. */
  readonly secrets: readonly Row[]
  /** Numbers to call, and what answers. */
  readonly numbers: readonly Row[]
}

type Row = readonly [what: string, value: string]

export type Greeting = {
  readonly startMs: number
  /** What the servers of this process say of themselves: a word, and the addresses that they are bound to. */
  readonly descriptions: readonly string[]
  readonly adminUrl: string
  readonly dataDir: string
  readonly made: FirstThings
  /** Of this machine, as others reach it; without loopback. */
  readonly addresses: readonly string[]
}

const ANY = /0\.0\.0\.0|\[::\]/

/** What a person sees when the start is done: where everything is, who reaches it, what is shown once, and what to try. */
export function renderGreeting({ startMs, descriptions, adminUrl, dataDir, made, addresses }: Greeting): string {
  const rows = descriptions.flatMap((description): Row[] => {
    const [label = '', ...bound] = description.split(' ')
    const places = bound.flatMap((place) => everywhere(place, addresses)).join('  ')
    return label === 'API' ? [['API', places], docsOf(places)] : [[label, places]]
  })
  const opened = descriptions.filter((description) => /^(API|SIP) /.test(description))
  if (opened.length > 0) rows.push(['Reached from', reachOf(opened, addresses)])
  rows.push(['Admin port', `${adminUrl} (health, metrics)`], ['Data', dataDir])
  if (made.secrets.length === 0 && opened.some((description) => description.startsWith('API '))) rows.push(['Lost a key?', AGAIN])
  const parts = [`VoIPBIN is ready after ${(startMs / 1000).toFixed(1)} s`, table(rows)]
  if (made.secrets.length > 0) parts.push(shownOnce(made.secrets))
  if (made.numbers.length > 0) parts.push(`Call these${howTo(descriptions, made.numbers)}\n${table(made.numbers)}`)
  return `\n${indent(parts.join('\n\n'))}\n\n`
}

/** What was made by a start that then failed; empty where nothing was. */
export function renderMade({ secrets, numbers }: FirstThings): string {
  if (secrets.length === 0) return ''
  const parts = ['The start failed, but these are made, and stay', shownOnce(secrets)]
  if (numbers.length > 0) parts.push(`Numbers to call, once it runs:\n${table(numbers)}`)
  return `\n${indent(parts.join('\n\n'))}\n\n`
}

const shownOnce = (secrets: readonly Row[]) => `Shown only now:\n${table(secrets)}`

const AGAIN = '"npx voipbin keys create"; for the administrator "npx voipbin admin reset-password"'

const docsOf = (places: string): Row => ['API docs', `${places.split('  ')[0]}/docs`]

/** Bound to every address: named are those that somebody could type. */
function everywhere(place: string, addresses: readonly string[]): string[] {
  const [any] = ANY.exec(place) ?? []
  if (!any) return [place]
  const usable = any === '0.0.0.0' ? ['127.0.0.1', ...addresses.filter((address) => !isIPv6(address))] : ['127.0.0.1', ...addresses]
  return usable.map((address) => place.replace(any, isIPv6(address) ? `[${address}]` : address))
}

function reachOf(opened: readonly string[], addresses: readonly string[]): string {
  if (opened.every((description) => description.split(' ').slice(1).every(isLoopback)))
    return 'this machine only; "npm start -- --lan" opens API and SIP to your network'
  const isEverywhere = opened.some((description) => ANY.test(description))
  const where = isEverywhere ? addresses.filter((address) => !isIPv6(address)).join(', ') : 'these addresses'
  return `whoever can send packets to ${where || 'this machine'}; "npx voipbin doctor" says what may be in the way`
}

const isLoopback = (place: string) => /(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)(?::\d+)?$/.test(place)

function howTo(descriptions: readonly string[], [first]: readonly Row[]): string {
  const bound = descriptions.flatMap((description) => /^SIP .*?udp:(\S+)/.exec(description)?.[1] ?? [])[0]
  if (!bound || !first) return ':'
  const host = bound.replace(ANY, '127.0.0.1').replace(/:5060$/, '')
  return `, in a second terminal: npx voipbin phone dial sip:${first[0]}@${host} --duration 15 --record heard.wav`
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([what]) => what.length))
  return rows.map(([what, value]) => `${what.padEnd(width)}  ${value}`).join('\n')
}

const indent = (text: string) => text.replace(/^(?=.)/gm, '  ')
