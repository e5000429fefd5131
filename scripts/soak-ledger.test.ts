import { expect, test } from 'vitest'
import { Ledger } from '../bench/soak/ledger.ts'

const question = { kind: 'raw', client: 'c1', endpoint: 'steady', server: 'a' }

function openWorld() {
  const ledger = new Ledger(7)
  const words = () => ledger.read().violations.map((one) => one.words.replace(/ \(raw.*?\)/, ''))
  return { ledger, words }
}

test('a right answer, and a call that its client gave up, are no violations', () => {
  const { ledger, words } = openWorld()
  ledger.answered(ledger.ask(question), null)
  ledger.gaveUp(ledger.ask(question))
  expect(words()).toEqual([])
  expect(ledger.open()).toEqual([])
})

test('a wrong, a second and a missing answer are', () => {
  const { ledger, words } = openWorld()
  const call = ledger.ask(question)
  ledger.answered(call, 'other words')
  ledger.answered(call, null)
  ledger.lost(ledger.ask(question))
  expect(words()).toEqual([
    'a wrong answer: v7-1: other words',
    'a second outcome (answered) of v7-1',
    'no answer: v7-2',
  ])
})

test('an error is explained by what is wrong with its server, and by nothing else', () => {
  const { ledger, words } = openWorld()
  ledger.disturb('server:b', 'kill')
  const end = ledger.disturb('server:a', 'kill')
  const call = ledger.ask(question)
  end()
  ledger.failed(call, 'It was ended by SIGKILL.')
  ledger.failed(ledger.ask({ ...question, server: 'c' }), 'It went wrong')
  expect(words()).toEqual(['an error without a fault: v7-2: It went wrong'])
  expect([...ledger.read().reasons.keys()]).toContain('kill: It was ended by SIGKILL.')
})

test('a wrong answer is explained by nothing', () => {
  const { ledger, words } = openWorld()
  ledger.disturb('all', 'kill')
  ledger.answered(ledger.ask(question), 'other words')
  expect(words()).toEqual(['a wrong answer: v7-1: other words'])
})
