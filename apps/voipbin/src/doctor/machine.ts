import { readFileSync, statfsSync } from 'node:fs'
import { openDataFolder } from '../data-folder.ts'
import { type Finding, text } from './finding.ts'

const MIN_FREE_OCTETS = 1_073_741_824
const MIN_NODE_MAJOR = 24
/** A call has up to four sockets, a customer's webhook and a client of the API one each. */
const MIN_OPEN_FILES = 8192
/** Nobody runs this before it was written: a clock below is one that was never set. */
const WRITTEN = Date.UTC(2025, 0, 1)

export function checkNode(): Finding {
  const what = `Node ${process.versions.node} on ${process.platform} ${process.arch}`
  const isOld = Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR
  return isOld
    ? { state: 'bad', what, advice: `Node ${MIN_NODE_MAJOR} or later is needed; "npm start" and "npx voipbin" bring their own` }
    : { state: 'ok', what }
}

export function checkFolder(folder: string): Finding {
  try {
    openDataFolder(folder)
    const { bavail, bsize } = statfsSync(folder)
    const free = bavail * bsize
    const what = `Data folder "${folder}" can be written, ${(free / 1e9).toFixed(1)} GB free`
    return free < MIN_FREE_OCTETS
      ? { state: 'note', what, advice: 'Less than 1 GB is free: databases and recordings need room' }
      : { state: 'ok', what }
  } catch (error) {
    return {
      state: 'bad',
      what: `Data folder "${folder}" cannot be written: ${text(error)}`,
      advice: 'Set VOIPBIN_DATA_DIR to a folder of this user',
    }
  }
}

/** @param now milliseconds since 1970. How far servers are off is said where they are asked. */
export function checkClock(now: number): Finding {
  const what = `The clock says ${new Date(now).toISOString().slice(0, 19)}Z`
  return now < WRITTEN
    ? { state: 'bad', what, advice: 'It is wrong: tokens, certificates and timers go by it. Let NTP set it (timedatectl set-ntp true)' }
    : { state: 'ok', what }
}

/** @param limits of the process as Linux writes them; elsewhere nothing is known and nothing said */
export function checkOpenFiles(limits: string | undefined = readLimits()): Finding[] {
  const [, hard] = /^Max open files\s+\S+\s+(\d+|unlimited)/m.exec(limits ?? '') ?? []
  if (hard === undefined) return []
  const what = `This user may have ${hard} files and sockets open`
  if (hard === 'unlimited' || Number(hard) >= MIN_OPEN_FILES) return [{ state: 'ok', what }]
  return [{ state: 'note', what, advice: 'Many calls need more: raise the hard limit (ulimit -Hn, or LimitNOFILE= of its unit)' }]
}

function readLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return undefined
  }
}
