/** What scanners call themselves, lower case. They also put it in the name of From. */
export const knownScanners = 'friendly-scanner,friendly-request,sipvicious,sipcli,sip-scan,sipscan,sundayddr,iwar,vaxsipuseragent,pplsip'

/** Recognises scanners that do not hide. An answer would only tell them that somebody is here. */
export type IsScanner = (agent: string, fromName: string) => boolean

export function createScannerCheck(patterns: readonly string[]): IsScanner {
  const words = patterns.map((pattern) => pattern.trim().toLowerCase()).filter((pattern) => pattern !== '')
  return (agent, fromName) => {
    const [lowerAgent, lowerName] = [agent.toLowerCase(), fromName.toLowerCase()]
    return words.some((word) => lowerAgent.includes(word) || lowerName.includes(word))
  }
}
