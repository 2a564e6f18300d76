import { expectationsHelp } from '@voipbin/phone'
import type { Command } from 'commander'
import { answerCall } from './phone/answer-call.ts'
import { dialCall } from './phone/dial-call.ts'
import { AUTO } from './phone/flags.ts'
import { registerPhone } from './phone/register-phone.ts'

const examples = `
Examples:
  voipbin phone register --user 1000 --password secret --registrar sip:127.0.0.1
  voipbin phone dial sip:echo@127.0.0.1 --tone 440 --record heard.wav --duration 3 --expect tone=440
  voipbin phone answer --user 1000 --port 5070 --play hello.wav --digits ",1,2,#"

Every message is shown as it passes. The exit code is 0 when the call came about and all that was expected was so.
See docs/phone.md.`

/** A SIP phone in the terminal. */
export function addPhone(program: Command): void {
  const phone = program.command('phone').description('A SIP phone in the terminal: registers, dials, answers, says, records, checks')
  phone.addHelpText('after', examples)
  withAccount(phone.command('register').description('Register, and stay registered until Ctrl-C or --duration'))
    .option('--expires <seconds>', 'How long a registration is asked for', '3600')
    .option('--duration <seconds>', 'Unregister and end after this long')
    .action(registerPhone)
  withCall(withAccount(phone.command('dial <to>').description('Call a SIP address, or a user of the domain')))
    .option('--header <header>', 'A further header of the INVITE: "X-Name: value"; may be repeated', collect)
    .option('--timeout <seconds>', 'Give up when nobody has answered by then', '60')
    .action(dialCall)
  withCall(withAccount(phone.command('answer').description('Wait for one call and answer it; registers first where a registrar is given')))
    .option('--ring <seconds>', 'Ring this long before answering', '1')
    .option('--early', 'Be heard before the answer: 183 instead of 180')
    .option('--reject <status>', 'Do not answer: reject with this status')
    .option('--timeout <seconds>', 'Give up when no call has come by then')
    .action(answerCall)
}

/** An option that may be given several times. */
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

const withAccount = (command: Command): Command =>
  command
    .option('--user <name>', 'User part of its address', 'phone')
    .option('--password <password>', 'Answers challenges')
    .option('--username <name>', 'For challenges, where it is not the user')
    .option('--registrar <address>', 'Where it registers and sends its calls: sip:127.0.0.1:5060')
    .option('--domain <name>', 'Domain of its address, where it is not that of the registrar')
    .option('--transport <udp|tcp>', 'What an address that does not say is reached over', 'udp')
    .option('--host <address>', 'Local address; "auto": the one that routes to the other side', AUTO)
    .option('--port <port>', 'Local port of UDP and TCP; 0 takes any', '0')
    .option('--codecs <names>', 'PCMU, PCMA and L16, best first', 'PCMU,PCMA')
    .option('--messages', 'Show whole messages')
    .option('--quiet', 'Show no messages, only what comes of it')

const withCall = (command: Command): Command =>
  command
    .option('--play <file>', 'Say a WAV')
    .option('--say <text>', 'Say a text, in English')
    .option('--tone [hz]', 'Say a tone; 440 Hz where none is named')
    .option('--digits <digits>', 'Send digits; a comma waits one second')
    .option('--info', 'Send digits by INFO instead of RTP (RFC 4733)')
    .option('--record <file>', 'Write what was heard as a WAV')
    .option('--duration <seconds>', 'Hang up this long after the answer; else when the other party does, or on Ctrl-C')
    .option('--expect <what>', `What the call must come to, else exit 1; may be repeated: ${expectationsHelp}`, collect)
