import {
  blobSettings,
  integerSetting,
  networksSetting,
  outboundSettings,
  type Settings,
  type SettingValues,
  textSetting,
} from '@voipbin/service-kit'
import { z } from 'zod'
import { admissionSettings } from './admission/settings.ts'

const port = { min: 0, max: 65_535 }

export const switchConfig = {
  ...outboundSettings,
  ...blobSettings,
  nodeName: textSetting(
    'VOIPBIN_SWITCH_NODE',
    'switch',
    { about: 'Name of this switch node, unlike that of any other, and the same after a restart' },
    z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens'),
  ),
  sipHosts: textSetting('VOIPBIN_SIP_HOST', '127.0.0.1', {
    unit: 'addresses',
    about: 'Addresses that SIP listens on, comma separated; 0.0.0.0 for all of IPv4',
  }),
  sipUdpPort: integerSetting('VOIPBIN_SIP_UDP_PORT', 5060, { unit: 'port', about: 'SIP over UDP; 0 picks a free one' }, port),
  sipTcpPort: integerSetting('VOIPBIN_SIP_TCP_PORT', 5060, { unit: 'port', about: 'SIP over TCP; 0 picks a free one' }, port),
  advertisedAddress: textSetting('VOIPBIN_SIP_ADVERTISED', 'auto', {
    unit: 'address',
    about: 'What SIP and SDP say that this node is reached at; "auto": the local address that routes to the peer',
  }),
  localNetworks: networksSetting(
    'VOIPBIN_SIP_LOCAL_NETWORKS',
    'Peers, as phones in the office, that are told the local address that routes to them in place of VOIPBIN_SIP_ADVERTISED',
  ),
  rtpPortFirst: integerSetting(
    'VOIPBIN_RTP_PORT_FIRST',
    10_000,
    { unit: 'port', about: 'First port for RTP' },
    { min: 1_024, max: 65_534 },
  ),
  rtpPortLast: integerSetting(
    'VOIPBIN_RTP_PORT_LAST',
    19_999,
    {
      unit: 'port',
      about:
        'Last port for RTP; a leg takes two, which rest 10 s after it: 10000 ports are good for 500 new legs a second, less their time in use',
    },
    { min: 1_025, max: 65_535 },
  ),
  mediaWorkers: integerSetting(
    'VOIPBIN_MEDIA_WORKERS',
    0,
    { unit: 'threads', about: 'Threads for RTP; 0: one less than the machine has cores' },
    { min: 0, max: 256 },
  ),
  musicFolder: textSetting('VOIPBIN_MUSIC_FOLDER', '', {
    about: 'Folder of the WAV files that music on hold is; empty: a melody of our own',
  }),
  toneCountry: textSetting(
    'VOIPBIN_TONE_COUNTRY',
    'us',
    { about: 'Whose ringback is heard, as "us", "gb", "de"' },
    z.string().regex(/^[a-z]{2}$/, 'must be two letters of ISO 3166, as "gb"'),
  ),
  capacity: integerSetting(
    'VOIPBIN_SWITCH_CAPACITY',
    2_000,
    { unit: 'channels', about: 'Channels that this node holds at once; more are answered 503' },
    { min: 1, max: 100_000 },
  ),
  codecs: textSetting('VOIPBIN_SWITCH_CODECS', 'PCMU,PCMA', { unit: 'list', about: 'Codecs that this node offers and takes, best first' }),
  rtpTimeoutSeconds: integerSetting(
    'VOIPBIN_RTP_TIMEOUT_SECONDS',
    60,
    { unit: 's', about: 'A call that brings no RTP for this long is asked whether it lives, and ended if not; 0: never' },
    { min: 0, max: 86_400 },
  ),
  mediaCacheMegabytes: integerSetting(
    'VOIPBIN_MEDIA_CACHE_MB',
    512,
    { unit: 'MB', about: 'Disk for copies of what was played from the web' },
    { min: 1, max: 1_000_000 },
  ),
  drainSeconds: integerSetting(
    'VOIPBIN_SWITCH_DRAIN_SECONDS',
    20,
    { unit: 's', about: 'How long calls may go on after SIGTERM; below VOIPBIN_SHUTDOWN_SECONDS' },
    { min: 0, max: 7_200 },
  ),
  traceCalls: integerSetting(
    'VOIPBIN_SIP_TRACE_CALLS',
    500,
    { unit: 'calls', about: 'Calls whose SIP messages are kept in memory, up to 64 kB each on average; 0: none' },
    { min: 0, max: 100_000 },
  ),
  ...admissionSettings,
} satisfies Settings
export type SwitchConfig = SettingValues<typeof switchConfig>
