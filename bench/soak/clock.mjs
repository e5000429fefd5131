import { readFileSync } from 'node:fs'

// Loaded before a program and each of its threads: the time of day jumps by what a file says.
const file = process.env.METAMCP_SOAK_CLOCK
const RealDate = Date
let offset = 0

function look() {
  try {
    offset = Number(readFileSync(file, 'utf8'))
  } catch {
    // It is being written.
  }
}

class SoakDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offset)
    else super(...given)
  }

  static now() {
    return RealDate.now() + offset
  }
}

if (file) {
  globalThis.Date = new Proxy(SoakDate, {
    // `Date()` without `new` is a text.
    apply: () => new SoakDate().toString(),
  })
  setInterval(look, 200).unref()
}
