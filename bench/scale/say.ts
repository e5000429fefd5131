export function title(words: string): void {
  process.stdout.write(`\n${words}\n`)
}

export function say(words: string, value: string): void {
  process.stdout.write(`  ${words.padEnd(38)} ${value}\n`)
}
