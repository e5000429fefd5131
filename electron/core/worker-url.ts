/**
 * Where the code of a thread is: beside the source that starts it, or beside the bundle that a build
 * made of that. `base` is the `import.meta.url` of who starts it.
 */
export function workerUrl(base: string, files: { source: string; built: string }): URL {
  const { href } = new URL(base.endsWith('.ts') ? files.source : files.built, base)
  // No thread reads the archive that a packaged app is in: its own files lie beside that.
  return new URL(href.replace(/\/app\.asar\//, '/app.asar.unpacked/'))
}
