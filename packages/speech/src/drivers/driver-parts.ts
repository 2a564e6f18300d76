/** Keys and addresses of vendors; one whose key is empty is left out. URLs without a slash at their end. */
export type SpeechSettings = {
  readonly googleKey: string
  readonly googleUrl: string
  readonly awsKeyId: string
  readonly awsSecret: string
  readonly awsRegion: string
  /** Empty: that of the region. */
  readonly awsUrl: string
  readonly elevenlabsKey: string
  readonly elevenlabsUrl: string
  readonly elevenlabsModel: string
  readonly openaiKey: string
  readonly openaiUrl: string
  readonly openaiModel: string
}

export type DriverParts = {
  readonly settings: SpeechSettings
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  readonly after: (ms: number, callback: () => void) => () => void
}
