import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { type Finding, text } from './finding.ts'
import { type Holder, holderOf, listSockets, type Protocol, type Socket } from './sockets.ts'

/** A port that this process is to open. */
export type WantedPort = {
  /** As people call it. */
  readonly name: string
  readonly protocol: Protocol
  readonly host: string
  readonly port: number
  /** What to change. */
  readonly setting: string
}

export type PortRange = { readonly first: number; readonly last: number }

/** @param ownPid of the voipbin that runs with this data folder, whose ports these may be */
export async function checkPorts(wanted: readonly WantedPort[], ownPid: number | undefined): Promise<Finding[]> {
  const sockets = listSockets()
  const findings: Finding[] = []
  for (const each of wanted) findings.push(await checkPort(each, sockets, ownPid))
  return findings
}

async function checkPort(wanted: WantedPort, sockets: readonly Socket[] | undefined, ownPid: number | undefined): Promise<Finding> {
  const { name, protocol, host, port, setting } = wanted
  const what = `${name} port ${port}/${protocol} on ${host}`
  if (port === 0) return { state: 'ok', what: `${name} takes any free ${protocol} port` }
  const failure = await tryToBind(wanted)
  if (!failure) return ownPid === undefined ? { state: 'ok', what: `${what} is free` } : notOwn(`${what} is free`)
  if (failure.code !== 'EADDRINUSE') return { state: 'bad', what: `${what}: ${text(failure)}`, advice: advices[failure.code ?? ''] ?? '' }
  const holder = findHolder(sockets, wanted)
  if (holder && holder.pid === ownPid) return { state: 'ok', what: `${what} is held by this voipbin` }
  const who = holder ? `"${holder.name}", process ${holder.pid}` : 'another program'
  if (ownPid !== undefined) return notOwn(`${what} is held by ${who}`)
  return { state: 'bad', what: `${what} is held by ${who}`, advice: `Stop it, or set ${setting}` }
}

/** It runs all the same, so nothing is in its way. */
const notOwn = (what: string): Finding => ({
  state: 'note',
  what: `${what}: the voipbin that runs does not listen there`,
  advice: 'It was started with other settings than this shell has',
})

const advices: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'It is no address of this machine',
  EACCES: 'Ports below 1024 need more rights than this user has',
}

function findHolder(sockets: readonly Socket[] | undefined, { protocol, port }: WantedPort): Holder | undefined {
  const found = sockets?.find((socket) => socket.protocol === protocol && socket.port === port)
  return found && holderOf(found)
}

/** @returns why not */
function tryToBind({ protocol, host, port }: WantedPort): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    if (protocol === 'tcp') {
      const server = createServer()
      server.once('error', resolve)
      server.listen(port, host, () => server.close(() => resolve(undefined)))
      return
    }
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    socket.once('error', (error) => socket.close(() => resolve(error)))
    socket.bind(port, host, () => socket.close(() => resolve(undefined)))
  })
}

/** Where Linux takes ports from for whoever does not care which. */
export type Ephemeral = PortRange | undefined

/** RTP takes two ports a leg. A few that others have are passed over. */
export function checkRtpPorts(
  { first, last }: PortRange,
  seen: { readonly sockets: readonly Socket[] | undefined; readonly isOwn: (socket: Socket) => boolean; readonly ephemeral: Ephemeral },
): Finding {
  const all = last - first + 1
  const what = `RTP ports ${first}–${last}/udp, room for ${Math.floor(all / 2)} legs`
  const change = 'Set VOIPBIN_RTP_PORT_FIRST and VOIPBIN_RTP_PORT_LAST'
  if (all < 2) return { state: 'bad', what, advice: `${change}: the last is below the first` }
  const isRtp = ({ protocol, port }: Socket) => protocol === 'udp' && port >= first && port <= last
  const taken = seen.sockets?.filter((socket) => isRtp(socket) && !seen.isOwn(socket)).length ?? 0
  const told = `${what}${seen.sockets ? `, ${taken} of them held by others` : ''}`
  if (taken * 10 > all) return { state: 'note', what: told, advice: `${change} to a range of their own` }
  const { ephemeral } = seen
  if (ephemeral && first <= ephemeral.last && last >= ephemeral.first)
    return { state: 'note', what: told, advice: `Linux gives ${ephemeral.first}–${ephemeral.last} to anybody: ${change} below that` }
  return { state: 'ok', what: told }
}
