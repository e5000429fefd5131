// Imported first by every command, and plain enough that an old Node can read it: the rest of the
// scripts is TypeScript that only Node 24 runs as it is.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 24 || (major === 24 && minor < 4)) {
  process.stderr.write(
    `MetaMCP needs Node 24.4 or newer but runs on ${process.version}: \`npm ci\` (without --omit=optional) ` +
      'brings a Node 24 of its own on Linux and Windows; on macOS install it from nodejs.org.\n',
  )
  process.exit(1)
}
