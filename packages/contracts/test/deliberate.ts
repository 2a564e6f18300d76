import type { ApiOperation } from './api-document.ts'

/** Where this platform answers otherwise than the original everywhere, and why a client need not mind. */
export const deliberateDifferences: readonly string[] = [
  'Another tenant’s resource and a deleted one are 404 `RESOURCE_NOT_FOUND`, never 403 or 409: a client cannot tell them from one that never was.',
  'Errors under `/auth` have the same body as all others, not an empty one.',
  'No secret is ever returned: no engine keys, and SIP passwords and access key tokens only in the answer that creates them.',
  '`page_token` is `<tm_create>~<id>`, so that rows of one instant are not lost between two pages; plain times are accepted as well.',
  'Times always have six decimals and a `Z`.',
  'Access keys are also taken as `Authorization: Bearer vb_…`.',
  'JSON Web Tokens carry `exp` and `iat` beside `expire`.',
  'WebSocket clients may ask for events in an envelope.',
  'Webhooks additionally carry the Standard Webhooks headers.',
  'A customer may send 100 requests a second, 200 at once, instead of 16.7 and 33.',
  'Preflights also allow the headers `Idempotency-Key` and `X-Request-Id`.',
  '`CF-Connecting-IP` counts only from proxies named in `VOIPBIN_TRUSTED_PROXIES`; whoever else sends it is limited by its own address.',
  'Keys of a body that an operation does not know are ignored, at any depth; a field of the wrong type is 400 and named.',
  'A sign-up is answered alike whether its address has an account or not; its access key works once the address is verified, and an address is nobody’s before.',
  'A changed e-mail address of a customer has to be verified. Only active customers can be frozen, so that none comes back as verified that was not.',
  'Nobody grants, takes away or takes over, by a password, more permission than their own: a manager makes no admins. A customer keeps an admin, the project a superadmin.',
  'Extensions are letters, digits, dots, hyphens and underscores, trunk domain names are kept in lower case, and both have passwords of 8 characters or more, made for them where none is given; `digest_algorithm` chooses what a phone is asked for.',
  'Usernames are kept in lower case; passwords have 8 characters or more; within a customer an address is one agent’s; agents do not say themselves that they ring.',
  'The capture of a call is sent as `application/vnd.tcpdump.pcap`, not as `application/octet-stream`.',
]

type Told = { readonly difference: string; readonly because: string }

const noPassword: readonly Told[] = [
  { difference: 'answer: no "password"', because: '`password` is shown once, on creation; an empty one leaves it as it is' },
]
const noPasswords: readonly Told[] = [{ difference: 'answer: no "result[].password"', because: '`password` is shown once, on creation' }]

/** Differences of single operations that are meant, by operation id; each is the sentence of the comparison and what to tell a client. */
export const toldDifferences: Readonly<Record<string, readonly Told[]>> = {
  GetAccesskeys: [{ difference: 'answer: no "result[].token"', because: '`token` is shown once, on creation' }],
  GetAccesskeysId: [{ difference: 'answer: no "token"', because: '`token` is shown once, on creation' }],
  PutAccesskeysId: [{ difference: 'answer: no "token"', because: '`token` is shown once, on creation' }],
  GetExtensions: noPasswords,
  GetExtensionsId: noPassword,
  PutExtensionsId: noPassword,
  DeleteExtensionsId: noPassword,
  PostExtensionsIdDirectHashRegenerate: noPassword,
  GetServiceAgentsExtensions: noPasswords,
  GetServiceAgentsExtensionsId: noPassword,
  GetSpeakings: [
    {
      difference: 'answer: "" is object, not array',
      because: 'a page, as of all other lists: a bare array has no room for `next_page_token`',
    },
  ],
  GetTrunks: noPasswords,
  GetTrunksId: noPassword,
  PutTrunksId: noPassword,
  DeleteTrunksId: noPassword,
}

/** Sign-in routes of the original, whose description says nothing of permissions and identities. */
export const answersItself = ({ path }: ApiOperation): boolean => path.startsWith('/auth/')
