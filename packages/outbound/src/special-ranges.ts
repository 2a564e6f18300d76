/** `[subnet, what it is]`. */
export type SpecialRange = readonly [subnet: string, name: string]

/**
 * Where a request for a stranger must never go, by the IANA IPv4 Special-Purpose Address Registry (RFC 6890 and what
 * came after it), multicast (RFC 5771), and addresses at which clouds keep metadata outside those ranges. Entries that
 * IANA calls globally reachable are here too: nobody's web server is at an AS112 or AMT address.
 */
export const specialIpv4: readonly SpecialRange[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private use'],
  // Holds 100.100.100.200, a cloud's metadata.
  ['100.64.0.0/10', 'shared address space'],
  ['127.0.0.0/8', 'loopback'],
  ['168.63.129.16/32', 'cloud metadata'],
  // Holds 169.254.169.254, most clouds' metadata.
  ['169.254.0.0/16', 'link local'],
  ['172.16.0.0/12', 'private use'],
  // Holds 192.0.0.192, a cloud's metadata, and the DS-Lite and NAT64 discovery addresses.
  ['192.0.0.0/24', 'IETF protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'AS112'],
  ['192.52.193.0/24', 'AMT'],
  ['192.88.99.0/24', '6to4 relay anycast'],
  ['192.168.0.0/16', 'private use'],
  ['192.175.48.0/24', 'AS112'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  // Holds 255.255.255.255, limited broadcast.
  ['240.0.0.0/4', 'reserved'],
]

/** The only part of IPv6 from which unicast addresses are given out (RFC 4291 §2.4); all the rest is refused unnamed. */
export const globalUnicastIpv6 = '2000::/3'

/** As above, by the IPv6 registry. Those outside global unicast are listed for their names. */
export const specialIpv6: readonly SpecialRange[] = [
  ['::1/128', 'loopback'],
  ['::/128', 'unspecified'],
  ['::ffff:0:0/96', 'IPv4-mapped'],
  ['::/96', 'IPv4-compatible'],
  ['64:ff9b::/96', 'NAT64'],
  ['64:ff9b:1::/48', 'local-use NAT64'],
  ['100::/64', 'discard only'],
  ['100:0:0:1::/64', 'dummy prefix'],
  // Teredo, port control and TURN anycast, benchmarking, AMT, AS112, ORCHID, drone remote id.
  ['2001::/23', 'IETF protocol assignments'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'AS112'],
  ['3ffe::/16', '6bone'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'segment routing'],
  ['fc00::/7', 'unique local'],
  ['fe80::/10', 'link local'],
  ['fec0::/10', 'site local'],
  ['ff00::/8', 'multicast'],
]
