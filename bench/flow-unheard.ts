/** A thread with a UDP port that nobody reads: what comes there costs its sender what it would cost anyway, and this machine no more. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'

const socket = createSocket('udp4')
socket.bind(0, '127.0.0.1')
await once(socket, 'listening')
parentPort?.postMessage(socket.address().port)
setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
