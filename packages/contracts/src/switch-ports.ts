import { z } from 'zod'
import { command, defineContract, mutation, query } from './contract.ts'
import { id } from './fields.ts'
import { offerAnswer, offeredCall, sipBinding } from './switch-legs.ts'

/** What a switch node asks of `call`, whose own contract has these methods among others. */
export const offerContract = defineContract({
  service: 'call',
  events: {},
  methods: { offerCall: command(offeredCall, offerAnswer) },
  api: {},
})

/** H(user:realm:password) of each algorithm that may be used; see RFC 7616. Both are never offered to an unknown peer. */
const digestHash = z.object({ algorithm: z.enum(['MD5', 'SHA-256']), ha1: z.string().max(64) })

const sipUser = z.object({
  customer_id: id(),
  identity_kind: z.enum(['extension', 'trunk']),
  identity_id: id(),
  realm: z.string().max(255),
  /** User part of the address of record; a trunk has none. */
  aor_user: z.string().max(255),
  digest: z.array(digestHash),
  max_contacts: z.int().nonnegative(),
})
export type SipUser = z.output<typeof sipUser>

/** What a switch node asks of `registrar`, whose own contract has these methods among others. Nobody else may: hashes are as good as passwords. */
export const registrarPort = defineContract({
  service: 'registrar',
  events: {},
  methods: {
    /** Who may answer a challenge in this realm. `user` null: nobody of that name; the node challenges all the same. */
    findSipUser: query(z.object({ realm: z.string().max(255), username: z.string().max(255) }), z.object({ user: sipUser.nullable() })),
    /** The realm that a request is challenged in, or the trunk that its source address stands for. */
    identifySource: query(
      z.object({
        source_ip: z.string().max(64),
        /** With transport and port, as a binding has it: `udp:192.0.2.1:40312`. */
        source: z.string().max(64).default(''),
        host: z.string().max(255),
        from_user: z.string().max(255),
        to_user: z.string().max(255),
        method: z.string().max(16),
      }),
      z.object({
        verdict: z.enum(['challenge', 'trunk', 'anonymous', 'unknown_domain']),
        realm: z.string().max(255),
        algorithm: z.enum(['MD5', 'SHA-256']),
        customer_id: id(),
        identity_id: id(),
      }),
    ),
    /**
     * Adds, refreshes (same contact) and removes (`remove`, or all) bindings of an address of record. With nothing of these, tells them.
     * @throws TOO_MANY_CONTACTS; REGISTRATION_OUT_OF_ORDER where the same Call-ID had this CSeq or a later one before (RFC 3261 §10.3)
     */
    updateBindings: mutation(
      z.object({
        customer_id: id(),
        identity_id: id(),
        sip_call_id: z.string().max(255),
        cseq: z.int().nonnegative(),
        save: z.array(sipBinding).max(16),
        remove: z.array(z.string().max(1024)).max(16),
        remove_all: z.boolean().default(false),
      }),
      z.object({ bindings: z.array(sipBinding) }),
    ),
    /** A connection is gone: so are the bindings that were made over it. */
    releaseFlow: mutation(
      z.object({ customer_id: id(), identity_id: id(), node_id: z.string().max(64), flow: z.string().max(255) }),
      z.object({}),
    ),
    listBindings: query(z.object({ customer_id: id(), identity_id: id() }), z.object({ bindings: z.array(sipBinding) })),
    /** Carriers that the platform registers with itself. */
    listOutboundRegistrations: query(
      z.object({}),
      z.object({
        result: z.array(
          z.object({
            id: id(),
            registrar: z.string().max(1024),
            aor: z.string().max(1024),
            username: z.string().max(255),
            password: z.string().max(255),
            expires_s: z.int().positive(),
          }),
        ),
      }),
    ),
  },
  api: {},
})
