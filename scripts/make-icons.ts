import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

/*
 * Draws resources/icons, which are in the repository: run it after a change, with
 * `node scripts/make-icons.ts`. Shapes are functions of a point, of which 16 are looked at in each
 * pixel; points are in parts of the image's edge.
 */

type Point = { x: number; y: number }
type Shape = (point: Point) => boolean
type Colour = readonly [red: number, green: number, blue: number]
/** The last layer that covers a point colours it; without a colour it is cut out. */
type Layer = { shape: Shape; colour: Colour | null }

const WHITE: Colour = [255, 255, 255]
const BLACK: Colour = [0, 0, 0]
/** As in the tokens of the window. */
const IRIS: Colour = [91, 84, 214]
const AMBER: Colour = [224, 160, 48]
const RED: Colour = [217, 56, 56]
const GREY: Colour = [125, 129, 140]

const circle =
  (x: number, y: number, radius: number): Shape =>
  (point) =>
    Math.hypot(point.x - x, point.y - y) <= radius

const line =
  (from: Point, to: Point, width: number): Shape =>
  ({ x, y }) => {
    const [dx, dy] = [to.x - from.x, to.y - from.y]
    const part = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy)
    const at = Math.max(0, Math.min(1, part))
    return Math.hypot(x - from.x - at * dx, y - from.y - at * dy) <= width / 2
  }

const roundedSquare =
  (margin: number, radius: number): Shape =>
  ({ x, y }) => {
    const inner = 0.5 - margin - radius
    const dx = Math.max(0, Math.abs(x - 0.5) - inner)
    const dy = Math.max(0, Math.abs(y - 0.5) - inner)
    return Math.hypot(dx, dy) <= radius
  }

const anyOf =
  (...shapes: Shape[]): Shape =>
  (point) =>
    shapes.some((shape) => shape(point))

/** Three servers on the left, one address on the right; `scale` around the middle. */
function hub(scale: number): Shape {
  const place = (x: number, y: number): Point => ({
    x: 0.5 + (x - 0.5) * scale,
    y: 0.5 + (y - 0.5) * scale,
  })
  const middle = place(0.74, 0.5)
  const servers = [place(0.16, 0.16), place(0.13, 0.5), place(0.16, 0.84)]
  return anyOf(
    circle(middle.x, middle.y, 0.21 * scale),
    ...servers.map(({ x, y }) => circle(x, y, 0.12 * scale)),
    ...servers.map((server) => line(server, middle, 0.085 * scale)),
  )
}

const CORNER = { x: 0.77, y: 0.77 }

/** What lies over the corner of a tray icon, with a gap around it. */
function mark(colour: Colour | null): Layer[] {
  if (!colour) return []
  return [
    { shape: circle(CORNER.x, CORNER.y, 0.3), colour: null },
    { shape: circle(CORNER.x, CORNER.y, 0.22), colour },
  ]
}

function pauseMark(colour: Colour): Layer[] {
  const bar = (x: number) => line({ x, y: 0.64 }, { x, y: 0.9 }, 0.1)
  return [
    { shape: circle(CORNER.x, CORNER.y, 0.3), colour: null },
    { shape: anyOf(bar(0.68), bar(0.86)), colour },
  ]
}

const glyph = (colour: Colour): Layer => ({ shape: hub(0.96), colour })

/** By the tone of the tray; macOS colours its template itself, from what is not transparent. */
const TRAY = {
  ok: [[glyph(IRIS)], [glyph(BLACK)]],
  warn: [
    [glyph(IRIS), ...mark(AMBER)],
    [glyph(BLACK), ...mark(BLACK)],
  ],
  bad: [
    [glyph(IRIS), ...mark(RED)],
    [glyph(BLACK), ...mark(BLACK)],
  ],
  paused: [
    [glyph(GREY), ...pauseMark(AMBER)],
    [glyph(BLACK), ...pauseMark(BLACK)],
  ],
} satisfies Record<string, [Layer[], Layer[]]>

const APP: Layer[] = [
  { shape: roundedSquare(0.09, 0.18), colour: IRIS },
  { shape: hub(0.56), colour: WHITE },
]

const SAMPLES = 4

function draw(layers: Layer[], size: number): Buffer {
  const rows = Array.from({ length: size }, (_, y) => {
    const row = Buffer.alloc(1 + size * 4)
    for (let x = 0; x < size; x++) row.set(pixel(layers, { x, y }, size), 1 + x * 4)
    return row
  })
  return png(size, Buffer.concat(rows))
}

function pixel(layers: Layer[], { x, y }: Point, size: number): number[] {
  const sum = [0, 0, 0]
  let covered = 0
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const point = {
      x: (x + ((sample % SAMPLES) + 0.5) / SAMPLES) / size,
      y: (y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size,
    }
    const colour = layers.findLast(({ shape }) => shape(point))?.colour
    if (!colour) continue
    covered++
    for (const [index, value] of colour.entries()) sum[index] = (sum[index] ?? 0) + value
  }
  if (covered === 0) return [0, 0, 0, 0]
  const alpha = Math.round((covered * 255) / (SAMPLES * SAMPLES))
  return [...sum.map((value) => Math.round(value / covered)), alpha]
}

/** A PNG of 8 bit RGBA; rows come with their filter byte, which is 0. */
function png(size: number, rows: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 }))]
  return Buffer.concat([signature, ...parts, chunk('IEND', Buffer.alloc(0))])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

const folder = resolve(import.meta.dirname, '../resources/icons')
mkdirSync(folder, { recursive: true })
const save = (name: string, image: Buffer) => writeFileSync(join(folder, name), image)
for (const [tone, [coloured, template]] of Object.entries(TRAY)) {
  save(`tray-${tone}.png`, draw(coloured, 32))
  save(`tray-${tone}@2x.png`, draw(coloured, 64))
  save(`tray-${tone}-Template.png`, draw(template, 18))
  save(`tray-${tone}-Template@2x.png`, draw(template, 36))
}
save('icon.png', draw(APP, 1024))
