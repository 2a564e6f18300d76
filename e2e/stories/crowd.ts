import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { send } from '../http.ts'
import { type Person, signUp, tryToSignIn } from '../people.ts'
import { type Scene, until } from '../scene.ts'
import { restartEnded, type World } from '../world.ts'

/** Processes die while people sign in. */
export function crowdStories(scene: Scene): void {
  test('kill -9 of a gateway, of a customer and of an agent process: whoever signs in gets in, and nobody is turned away', async () => {
    const { world } = scene
    const people = await Promise.all([signUp(world), signUp(world), signUp(world)])
    const crowd = startCrowd(world, people)
    for (const service of ['gateway', 'customer', 'agent']) {
      await crowd.getsOn()
      const [victim] = world.of(service)
      await victim?.kill()
      if (world.of(service).some(({ isRunning }) => isRunning)) await crowd.getsOn()
      await restartEnded(world)
    }
    await crowd.getsOn()
    await crowd.stop()
  })
}

const SIGN_INS = 9
const BREATH_MS = 50

/** People who sign in and look who they are, over and over; no answer and "not now" are tried again, as a person would. */
function startCrowd(world: World, people: readonly Person[]) {
  let signedIn = 0
  let isStopping = false
  let failure: unknown

  async function signInAgain({ email, password }: Person): Promise<void> {
    const login = await tryToSignIn(world, email, password).catch(() => undefined)
    if (!isAnswered(login)) return
    expect([login.status, login.text]).toEqual([200, expect.any(String)])
    const { token } = JSON.parse(login.text) as { token: string }
    const me = await send(world, { method: 'GET', path: '/v1.0/me', accessKey: token }).catch(() => undefined)
    if (!isAnswered(me)) return
    expect([me.status, me.text]).toEqual([200, expect.stringContaining(email)])
    signedIn++
  }
  const running = people.map(async (person) => {
    while (!isStopping && failure === undefined) {
      await signInAgain(person).catch((error: unknown) => {
        failure ??= error
      })
      await pause(BREATH_MS)
    }
  })
  const check = () => {
    if (failure !== undefined) throw failure
  }
  return {
    /** @throws what somebody was refused */
    async getsOn(): Promise<void> {
      const wanted = signedIn + SIGN_INS
      await until(() => {
        check()
        return signedIn >= wanted
      }, 'people to sign in')
    },
    async stop(): Promise<void> {
      isStopping = true
      await Promise.all(running)
      check()
    },
  }
}

const isAnswered = <T extends { readonly status: number }>(answer: T | undefined): answer is T =>
  answer !== undefined && answer.status !== 503
