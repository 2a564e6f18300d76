/** What is no SIP or tel address. */
export class AddressSyntaxError extends SyntaxError {
  override readonly name = 'AddressSyntaxError'
  readonly text: string
  constructor(text: string, kinds = 'SIP or tel') {
    super(`Cannot read "${text}": it is no ${kinds} address`)
    this.text = text
  }
}

/** An address that nothing leads to. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
  readonly host: string
  constructor(host: string) {
    super(`Cannot reach "${host}": no address for it over UDP or TCP`)
    this.host = host
  }
}

/** A phone that is to register, and was not told where. */
export class NoRegistrar extends Error {
  override readonly name = 'NoRegistrar'
  constructor() {
    super('Cannot register: no registrar is set')
  }
}

/** What was waited for did not come in time. */
export class WaitTimeout extends Error {
  override readonly name = 'WaitTimeout'
  readonly waitedMs: number
  constructor(message: string, waitedMs: number) {
    super(message)
    this.waitedMs = waitedMs
  }
}

/** A call ended before its answer. */
export class CallNotAnswered extends Error {
  override readonly name = 'CallNotAnswered'
  /** 0 where nobody said one. */
  readonly status: number
  constructor({ status, text }: { readonly status: number; readonly text: string }) {
    super(`The call was not answered: ${text}`)
    this.status = status
  }
}

/** The other party takes no digits this way. */
export class DigitsRefused extends Error {
  override readonly name = 'DigitsRefused'
}

/** What is no WAV that can be read. */
export class WavSyntaxError extends SyntaxError {
  override readonly name = 'WavSyntaxError'
  constructor(why: string) {
    super(`Cannot read WAV: ${why}`)
  }
}

/** What cannot be expected of a call. */
export class ExpectationSyntaxError extends SyntaxError {
  override readonly name = 'ExpectationSyntaxError'
  readonly text: string
  constructor(text: string, known: string) {
    super(`Cannot expect "${text}": write one of ${known}`)
    this.text = text
  }
}
