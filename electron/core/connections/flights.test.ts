import { expect, test } from 'vitest'
import { Flights } from './flights.ts'
import type { Flight } from './flights.ts'

const nothing = () => {}
const flightOf = (id: number, owner: object): Flight => ({
  ...{ id, method: 'tools/call', options: { owner }, progressToken: undefined },
  ...{ stream: new AbortController(), patience: undefined, deadline: undefined },
  ...{ resolve: nothing, reject: nothing },
})

/** Takes off and is given up at once. */
function giveUp(flights: Flights, flight: Flight): void {
  flights.add(flight)
  flights.land(flight.id)
  flights.giveUp(flight)
}

test('one that was given up counts beside others until its answer comes', () => {
  const flights = new Flights()
  const [a, b] = [{}, {}]
  giveUp(flights, flightOf(1, a))
  expect(flights.owners()).toBe('nobody')
  flights.add(flightOf(2, a))
  expect(flights.owners()).toBe('one')
  flights.land(2)
  flights.add(flightOf(3, b))
  expect(flights.owners()).toBe('several')
  flights.forget(0)
  flights.forget(3)
  expect(flights.owners()).toBe('several')
  flights.forget('1')
  expect(flights.owners()).toBe('one')
})

test('one that is never answered counts for a while', async () => {
  const flights = new Flights(20)
  giveUp(flights, flightOf(1, {}))
  flights.add(flightOf(2, {}))
  expect(flights.owners()).toBe('several')
  await expect.poll(() => flights.owners()).toBe('one')
})

test('however many are given up, none of them is forgotten too early', () => {
  const flights = new Flights()
  const [a, b] = [{}, {}]
  giveUp(flights, flightOf(1, a))
  for (let id = 2; id < 3_000; id++) giveUp(flights, flightOf(id, b))
  flights.add(flightOf(3_000, b))
  expect(flights.owners()).toBe('several')
  for (let id = 1; id < 3_000; id++) flights.forget(id)
  expect(flights.owners()).toBe('several')
})

test('a request lands once, and is unknown then', () => {
  const flights = new Flights()
  const flight = flightOf(1, {})
  flights.add(flight)
  expect(flights.get('1')).toBe(flight)
  expect(flights.land(1)).toBe(flight)
  expect(flights.land(1)).toBeUndefined()
  expect(flights.get(1)).toBeUndefined()
  expect(flights.ids).toEqual([])
})
