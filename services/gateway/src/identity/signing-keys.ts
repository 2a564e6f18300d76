import { gatewayContract } from '@voipbin/contracts/gateway'
import { type Clients, type Clock, type Watch, watch } from '@voipbin/service-kit'

export type Key = { readonly id: string; readonly octets: Uint8Array }

/** The platform's signing keys, as this process knows them. */
export type SigningKeys = {
  /** The one that signs now. */
  current(): Promise<Key>
  /** Undefined where no living key has that id. */
  find(id: string): Promise<Key | undefined>
  readonly watches: readonly Watch[]
}

/** A key that no event told of is found after this; one that is not there is not asked for again before. */
const UNKNOWN_MS = 1000
/** A key that was dropped while its event got lost verifies no longer than this. */
const BELIEVED_MS = 10_000

type Parts = { readonly client: Clients; readonly clock: Pick<Clock, 'now'> }
type Ring = { readonly keys: readonly Key[]; readonly readMs: number }

/** Reads the keys when they are needed, keeps them, and drops them when an event says that they changed. */
export function createSigningKeys({ client, clock }: Parts): SigningKeys {
  const gateway = client(gatewayContract)
  let ring: Promise<Ring> | undefined
  let latest: Ring | undefined

  function read(): Promise<Ring> {
    const readMs = clock.now()
    const reading: Promise<Ring> = gateway
      .listSigningKeys({})
      .then(({ result }) => ({ keys: result.map(({ id, key }) => ({ id, octets: Buffer.from(key, 'base64url') })), readMs }))
    ring = reading
    latest = undefined
    reading.then(
      (done) => {
        if (ring === reading) latest = done
      },
      () => {
        if (ring === reading) ring = undefined
      },
    )
    return reading
  }

  const known = (): Promise<Ring> => {
    const isStale = latest !== undefined && clock.now() - latest.readMs > BELIEVED_MS
    return ring !== undefined && !isStale ? ring : read()
  }
  const forget = () => {
    ring = undefined
    latest = undefined
  }

  return {
    async current() {
      const { keys } = await known()
      if (keys[0]) return keys[0]
      await gateway.ensureSigningKey({})
      const made = (await read()).keys[0]
      if (!made) throw new TypeError('No signing key, though one was made')
      return made
    },
    async find(id) {
      const { keys, readMs } = await known()
      const key = keys.find((each) => each.id === id)
      if (key || clock.now() - readMs < UNKNOWN_MS) return key
      return (await read()).keys.find((each) => each.id === id)
    },
    watches: [watch(gatewayContract, 'signing_key_created', forget), watch(gatewayContract, 'signing_key_deleted', forget)],
  }
}
