import { fromHeader, type SipRequest, userAgentHeader } from '@voipbin/sip'

/** What scanners call themselves, lower case. They also put it in the name of From. */
export const knownScanners = 'friendly-scanner,friendly-request,sipvicious,sipcli,sip-scan,sipscan,sundayddr,iwar,vaxsipuseragent,pplsip'

/** Recognises scanners that do not hide. An answer would only tell them that somebody is here. */
export function createScannerCheck(patterns: readonly string[]): (request: SipRequest) => boolean {
  const words = patterns.map((pattern) => pattern.trim().toLowerCase()).filter((pattern) => pattern !== '')
  return ({ headers }) => {
    const agent = headers.one(userAgentHeader)?.toLowerCase() ?? ''
    const name = headers.one(fromHeader)?.displayName.toLowerCase() ?? ''
    return words.some((word) => agent.includes(word) || name.includes(word))
  }
}
