import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listOutbox } from '@voipbin/mail'
import {
  type Environment,
  environment,
  loadConfig,
  mailSettings,
  platformSettings,
  refuseUnknown,
  type SettingValues,
} from '@voipbin/service-kit'
import type { Command } from 'commander'
import { type Finding, renderFinding } from '../doctor/finding.ts'
import { checkClock, checkFolder, checkNode, checkOpenFiles } from '../doctor/machine.ts'
import { checkFirewall, checkReach, findFirewall, findOutside, isLoopback } from '../doctor/network.ts'
import { checkPorts, checkRtpPorts, type PortRange, type WantedPort } from '../doctor/ports.ts'
import { checkProcess } from '../doctor/process.ts'
import { checkServers } from '../doctor/servers.ts'
import { listSockets, type Socket, socketsOf } from '../doctor/sockets.ts'
import { dataDirOf, withDataDir } from '../operator.ts'
import { ownAddresses } from '../own-addresses.ts'
import { chooseServices, services } from '../services.ts'
import { allSettings, lanDefaults } from '../settings.ts'

type Values = SettingValues<typeof platformSettings>
type Flags = { readonly dataDir?: string; readonly lan?: boolean }

/** `voipbin doctor`: what this machine has, what is reachable, and what to do about the rest. Exit code 1 when something is bad. */
export function addDoctor(program: Command): void {
  withDataDir(program.command('doctor').description('Check settings, ports, firewall, addresses, servers and the running process'))
    .option('--lan', 'As for a start with --lan')
    .action(doctor)
}

async function doctor(flags: Flags): Promise<void> {
  const known = await allSettings()
  refuseUnknown(environment(), known)
  const env = flags.lan ? lanDefaults(environment()) : environment()
  const settings = { ...loadConfig(platformSettings, env), dataDir: dataDirOf(flags) }
  const { pid, findings: ofProcess } = await checkProcess(settings.dataDir)
  const findings = [
    ...[checkNode(), checkFolder(settings.dataDir), checkClock(Date.now()), ...checkOpenFiles()],
    await checkMail(settings.dataDir, env),
    ...(await checkServers(settings)),
    ...ofProcess,
    ...(await checkVoice(settings, env, pid)),
  ]
  for (const finding of findings) process.stdout.write(renderFinding(finding))
  process.exitCode = findings.some(({ state }) => state === 'bad') ? 1 : 0
}

/** Where mails go, and what waits to be read where there is no server for them. */
async function checkMail(dataDir: string, env: Environment): Promise<Finding> {
  const { smtpUrl } = loadConfig({ smtpUrl: mailSettings.smtpUrl }, env)
  if (smtpUrl !== '') return { state: 'ok', what: `Mails go to ${new URL(smtpUrl).host}` }
  const outbox = join(dataDir, 'outbox')
  const mails = await listOutbox(outbox)
  const last = mails.at(-1)
  const advice = last ? `The last is "${last.subject}" to ${last.to}: ${last.file}` : 'Set VOIPBIN_SMTP_URL to send them'
  return { state: 'note', what: `No mail server is set; mails in "${outbox}": ${mails.length}`, advice }
}

type Bound = {
  readonly ports: readonly WantedPort[]
  readonly rtp: PortRange | undefined
  readonly hosts: readonly string[]
  readonly advertised: string
}

/** Ports and addresses of the servers that this process opens, if it opens any. */
async function checkVoice({ services: list }: Values, env: Environment, pid: number | undefined): Promise<Finding[]> {
  const bound = await boundOf(chooseServices(list), env)
  if (bound.hosts.length === 0) return []
  const findings = await checkPorts(bound.ports, pid)
  const ofProcess = pid === undefined ? new Set<string>() : socketsOf(pid)
  const sockets = listSockets()
  const isOwn = ({ inode }: Socket) => ofProcess.has(inode)
  if (bound.rtp) findings.push(checkRtpPorts(bound.rtp, { sockets, isOwn, ephemeral: readEphemeral() }))
  // Where it runs, what it has opened counts: its settings may be others than those of this shell.
  const isWanted = ({ port }: Socket) => bound.ports.some((wanted) => wanted.port === port)
  const opened = (sockets ?? []).filter((socket) => isOwn(socket) && isWanted(socket)).map(({ address }) => address)
  const hosts = opened.length > 0 ? opened : bound.hosts
  findings.push(...checkReach({ hosts, advertised: bound.advertised, own: ownAddresses(), outside: await findOutside() }))
  if (!hosts.every(isLoopback)) findings.push(checkFirewall(await findFirewall(), openPortsOf(bound)))
  return findings
}

async function boundOf(chosen: readonly string[], env: Environment): Promise<Bound> {
  const read = async (name: string) =>
    chosen.includes(name) ? (loadConfig((await services[name]?.config?.()) ?? {}, env) as Record<string, never>) : undefined
  const [gateway, node] = [await read('gateway'), await read('switch')]
  const ports: WantedPort[] = []
  const add = (name: string, protocol: 'tcp' | 'udp', at: { host: string; port: number; setting: string }) =>
    ports.push({ name, protocol, ...at })
  if (gateway) add('API', 'tcp', { host: gateway['httpHost'] ?? '', port: gateway['httpPort'] ?? 0, setting: 'VOIPBIN_HTTP_PORT' })
  for (const host of node ? String(node['sipHosts']).split(',') : []) {
    add('SIP', 'udp', { host: host.trim(), port: node?.['sipUdpPort'] ?? 0, setting: 'VOIPBIN_SIP_UDP_PORT' })
    add('SIP', 'tcp', { host: host.trim(), port: node?.['sipTcpPort'] ?? 0, setting: 'VOIPBIN_SIP_TCP_PORT' })
  }
  const rtp = node && { first: Number(node['rtpPortFirst']), last: Number(node['rtpPortLast']) }
  return { ports, rtp, hosts: [...new Set(ports.map(({ host }) => host))], advertised: String(node?.['advertisedAddress'] ?? 'auto') }
}

const openPortsOf = ({ ports, rtp }: Bound): string[] => [
  ...new Set(ports.map(({ port, protocol }) => `${port}/${protocol}`)),
  ...(rtp ? [`${rtp.first}-${rtp.last}/udp`] : []),
]

function readEphemeral(): PortRange | undefined {
  try {
    const [first = 0, last = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/).map(Number)
    return { first, last }
  } catch {
    return undefined
  }
}
