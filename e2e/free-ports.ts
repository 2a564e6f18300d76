import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below what the kernel hands out by itself (32 768) and above the ports for media of the systems under test, so that no other socket takes a
 * port between its choice and its use.
 */
const FIRST = 30_000
const LAST = 32_700
/** Test files run in processes of their own: each begins elsewhere. */
let next = FIRST + ((process.pid * 97) % (LAST - FIRST))

/** The first of `count` ports in a row, even, free over UDP and TCP on 127.0.0.1. Given out once in a process. */
export async function freePorts(count = 1): Promise<number> {
  for (;;) {
    const first = next % 2 === 0 ? next : next + 1
    next = first + count > LAST ? FIRST : first + count
    const ports = Array.from({ length: count }, (_, index) => first + index)
    if ((await Promise.all(ports.map(isFree))).every((isOne) => isOne)) return first
  }
}

async function isFree(port: number): Promise<boolean> {
  const udp = createSocket('udp4')
  const tcp = createServer()
  try {
    udp.bind(port, '127.0.0.1')
    await once(udp, 'listening')
    tcp.listen(port, '127.0.0.1')
    await once(tcp, 'listening')
    return true
  } catch {
    return false
  } finally {
    udp.close()
    tcp.close()
  }
}
