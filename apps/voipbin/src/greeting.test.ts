import { describe, expect, test } from 'vitest'
import { type Greeting, renderGreeting } from './greeting.ts'

const nothing = { secrets: [], numbers: [] }
const greet = (fields: Partial<Greeting>) =>
  renderGreeting({
    ...{ startMs: 1234, descriptions: [], adminUrl: 'http://127.0.0.1:9', dataDir: '/srv/data', made: nothing, addresses: [] },
    ...fields,
  })

describe('the greeting', () => {
  test('says that only this machine reaches what is bound to it', () => {
    const said = greet({
      descriptions: ['SIP udp:127.0.0.1:5060 tcp:127.0.0.1:5060', 'API http://127.0.0.1:8080'],
      addresses: ['10.0.0.7'],
    })
    expect(said).toMatch(/^ {2}SIP +udp:127\.0\.0\.1:5060 {2}tcp:127\.0\.0\.1:5060$/m)
    expect(said).toMatch(/^ {2}API +http:\/\/127\.0\.0\.1:8080$/m)
    expect(said).toMatch(/^ {2}API docs +http:\/\/127\.0\.0\.1:8080\/docs$/m)
    expect(said).toContain('this machine only')
    expect(said).not.toContain('10.0.0.7')
  })

  test('names the addresses of the machine where a server is bound to all of them', () => {
    const said = greet({ descriptions: ['SIP udp:0.0.0.0:5060', 'API http://[::]:8080'], addresses: ['10.0.0.7', 'fd00::7'] })
    expect(said).toMatch(/^ {2}SIP +udp:127\.0\.0\.1:5060 {2}udp:10\.0\.0\.7:5060$/m)
    expect(said).toMatch(/^ {2}API +http:\/\/127\.0\.0\.1:8080 {2}http:\/\/10\.0\.0\.7:8080 {2}http:\/\/\[fd00::7\]:8080$/m)
    expect(said).toMatch(/Reached from +whoever can send packets to 10\.0\.0\.7;/)
    expect(said).not.toContain('0.0.0.0:')
  })

  test('calls a bound address that is not of this machine alone reachable', () => {
    expect(greet({ descriptions: ['API http://127.0.0.1:8080', 'SIP udp:10.0.0.7:5060'] })).toContain('whoever can send packets to these')
  })

  test('shows secrets and numbers of a first start, with a command that calls the first number where SIP is', () => {
    const made = { secrets: [['Access key', 'vb_x'] as const], numbers: [['+899100000001', 'a menu'] as const] }
    const said = greet({ made, descriptions: ['SIP udp:0.0.0.0:5070'] })
    expect(said).toContain('Shown only now:\n  Access key  vb_x')
    expect(said).toContain('npx voipbin phone dial sip:+899100000001@127.0.0.1:5070 --duration')
    expect(greet({ made, descriptions: ['SIP udp:127.0.0.1:5060'] })).toContain('sip:+899100000001@127.0.0.1 ')
    expect(greet({})).not.toContain('Shown only now')
    const api = ['API http://127.0.0.1:8080']
    expect(greet({ made, descriptions: api })).not.toContain('keys create')
    expect(greet({ descriptions: api })).toMatch(/Lost a key\? +"npx voipbin keys create"/)
  })

  test('says of a process without servers where its admin port is', () => {
    expect(greet({})).toBe(
      '\n  VoIPBIN is ready after 1.2 s\n\n  Admin port  http://127.0.0.1:9 (health, metrics)\n  Data        /srv/data\n\n',
    )
  })
})
