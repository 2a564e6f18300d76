import { FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import { integerSetting, networksSetting, type Settings, type SettingValues, textSetting } from '@voipbin/service-kit'
import { z } from 'zod'

const count = { min: 1, max: 1_000_000 }

export const registrarConfig = {
  baseDomain: textSetting(
    'VOIPBIN_SIP_DOMAIN',
    'voipbin.test',
    {
      unit: 'domain',
      about: 'Under it are the SIP domains of customers and trunks; passwords of phones are bound to it, so it is chosen once',
    },
    z
      .string()
      .max(100)
      .toLowerCase()
      .regex(/^[a-z0-9.-]+$/, 'must be a domain name'),
  ),
  hostNames: textSetting('VOIPBIN_SIP_HOST_NAMES', '', {
    unit: 'list',
    about: 'Other names of this machine that phones may be set to, comma separated; they mean the default customer',
  }),
  defaultCustomer: textSetting(
    'VOIPBIN_SIP_DEFAULT_CUSTOMER',
    FIRST_CUSTOMER_ID,
    { unit: 'id', about: 'Whose phones they are that are set to an address of this machine instead of a domain' },
    z.guid().toLowerCase() as unknown as z.ZodString,
  ),
  carrierIps: networksSetting(
    'VOIPBIN_CARRIER_IPS',
    'Carriers that bring calls to numbers, where the number says which customer a call is for',
  ),
  outboundRegistrations: textSetting('VOIPBIN_OUTBOUND_REGISTRATIONS', '', {
    unit: 'URIs',
    about: 'Carriers to register with: "sip:user:password@registrar;expires=600", comma separated',
  }),
  maxContacts: integerSetting(
    'VOIPBIN_MAX_CONTACTS',
    3,
    { unit: 'phones', about: 'Phones that one extension rings; one more takes the place of the one that was about to expire' },
    { min: 1, max: 16 },
  ),
  maxExtensions: integerSetting('VOIPBIN_MAX_EXTENSIONS', 1_000, { unit: 'extensions', about: 'Of one customer' }, count),
  maxTrunks: integerSetting('VOIPBIN_MAX_TRUNKS', 100, { unit: 'trunks', about: 'Of one customer' }, count),
} satisfies Settings
export type RegistrarConfig = SettingValues<typeof registrarConfig>
