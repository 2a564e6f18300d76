import { integerSetting, networksSetting, type Settings, type SettingValues, textSetting } from '@voipbin/service-kit'
import { knownScanners } from './scanners.ts'

const count = { min: 1, max: 1_000_000 }
const seconds = { min: 1, max: 86_400 }

/** What of a node's settings is about who may come in. */
export const admissionSettings = {
  sipAllowedSources: networksSetting(
    'VOIPBIN_SIP_ALLOWED_SOURCES',
    'Sources that are never banned nor held to a rate, such as carriers and monitors',
  ),
  sipScanners: textSetting('VOIPBIN_SIP_SCANNERS', knownScanners, {
    unit: 'list',
    about: 'Words in User-Agent or From by which scanners are known; their requests get no answer',
  }),
  sipWrongDigests: integerSetting(
    'VOIPBIN_SIP_WRONG_DIGESTS_PER_MINUTE',
    20,
    { unit: 'requests', about: 'Wrong passwords of one source before it is banned' },
    count,
  ),
  sipBanSeconds: integerSetting(
    'VOIPBIN_SIP_BAN_SECONDS',
    300,
    { unit: 's', about: 'How long a source is banned the first time; twice as long each next time, up to an hour' },
    seconds,
  ),
  sipAnonymousCalls: integerSetting(
    'VOIPBIN_SIP_ANONYMOUS_CALLS_PER_MINUTE',
    30,
    { unit: 'calls', about: 'Calls of one source without a password, to numbers and direct hashes' },
    count,
  ),
  sipOptions: integerSetting(
    'VOIPBIN_SIP_OPTIONS_PER_MINUTE',
    120,
    { unit: 'requests', about: 'OPTIONS of one source that are answered' },
    count,
  ),
  sipMalformed: integerSetting(
    'VOIPBIN_SIP_MALFORMED_PER_MINUTE',
    60,
    { unit: 'messages', about: 'Malformed messages over connections of one source before it is banned' },
    count,
  ),
  sipMaxLatenessMs: integerSetting(
    'VOIPBIN_SIP_MAX_LATENESS_MS',
    150,
    { unit: 'ms', about: 'How late the event loop may be before new requests get 503' },
    { min: 1, max: 10_000 },
  ),
  sipMaxPending: integerSetting(
    'VOIPBIN_SIP_MAX_PENDING',
    500,
    { unit: 'requests', about: 'Requests that may wait for a decision before new ones get 503' },
    count,
  ),
  sipMinExpires: integerSetting(
    'VOIPBIN_SIP_MIN_EXPIRES',
    60,
    { unit: 's', about: 'Shortest registration; shorter ones get 423' },
    seconds,
  ),
  sipMaxExpires: integerSetting('VOIPBIN_SIP_MAX_EXPIRES', 3_600, { unit: 's', about: 'Longest registration' }, seconds),
  sipNatExpires: integerSetting(
    'VOIPBIN_SIP_NAT_EXPIRES',
    120,
    { unit: 's', about: 'Longest registration of a phone behind NAT over UDP' },
    seconds,
  ),
} satisfies Settings
export type AdmissionSettings = SettingValues<typeof admissionSettings>
