import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { freePorts } from '../../free-ports.ts'

/** What becomes of a datagram: it goes on at once, is lost, or goes on so much later. */
export type Fate = 'pass' | 'lose' | { readonly delayMs: number }

export type LossyProxy = {
  /** What both sides talk to: `127.0.0.1:port`. */
  readonly address: string
  /** First lines of what was lost. */
  readonly lost: readonly string[]
  close(): Promise<void>
}

/** A datagram as fates are decided on: its start line, which way, and how often the same start line and CSeq came before. */
export type Passing = { readonly line: string; readonly cseq: string; readonly towards: 'target' | 'client'; readonly repeat: number }

/**
 * Stands between a client and a target over UDP, also for what follows in a dialog: addresses in Contact and Request-URI are written over,
 * at the same length. One client at a time.
 */
export async function startLossyProxy(target: string, decide: (passing: Passing) => Fate): Promise<LossyProxy> {
  const port = await freePorts(2)
  const socket = createSocket('udp4')
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  socket.on('error', () => {})
  const own = `127.0.0.1:${port}`
  const lost: string[] = []
  const seen = new Map<string, number>()
  let client: string | undefined
  let isClosed = false
  const send = (text: string, to: string) => {
    const [host, toPort] = to.split(':')
    if (!isClosed) socket.send(Buffer.from(text, 'latin1'), Number(toPort), host, () => {})
  }
  socket.on('message', (datagram, from: RemoteInfo) => {
    const source = `${from.address}:${from.port}`
    const isFromTarget = source === target
    if (!isFromTarget) client = source
    const to = isFromTarget ? client : target
    if (to === undefined) return
    const text = readdress(datagram.toString('latin1'), source, { own, to })
    const line = text.slice(0, text.indexOf('\r\n'))
    const cseq = /^CSeq: *(.+)\r$/im.exec(text)?.[1] ?? ''
    const towards = isFromTarget ? 'client' : 'target'
    const key = `${towards} ${line} ${cseq}`
    const repeat = seen.get(key) ?? 0
    seen.set(key, repeat + 1)
    const fate = decide({ line, cseq, towards, repeat })
    if (fate === 'lose') lost.push(line)
    else if (fate === 'pass') send(text, to)
    else setTimeout(() => send(text, to), fate.delayMs)
  })
  return {
    ...{ address: own, lost },
    async close() {
      isClosed = true
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** Contact says us instead of the sender, the Request-URI the receiver instead of us. */
function readdress(text: string, source: string, { own, to }: { readonly own: string; readonly to: string }): string {
  const headEnd = text.indexOf('\r\n\r\n')
  const head = text.slice(0, headEnd).split('\r\n')
  const rewritten = head.map((line, index) => {
    if (index === 0) return line.replace(own, to)
    return /^Contact:/i.test(line) ? line.replace(source, own) : line
  })
  return rewritten.join('\r\n') + text.slice(headEnd)
}
