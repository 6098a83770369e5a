// Writes the catalogue's file from the price table of an npm package, and says
// what changed. The same package and arguments give the same bytes.
//
//   --package DIR --name N --version V --published DAY --prices-on DAY
//   --stdout   print the file instead of writing it
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve as path } from 'node:path'
import { parseArgs } from 'node:util'
import { list } from './models.mjs'
import { summary } from './summary.mjs'

const { values: args } = parseArgs({
  options: {
    'package': { type: 'string' }, 'name': { type: 'string' }, 'version': { type: 'string' },
    'published': { type: 'string' }, 'prices-on': { type: 'string' }, 'stdout': { type: 'boolean' },
  },
})
const file = new URL('../../internal/catalogue/models.tsv', import.meta.url)

const source = createRequire(import.meta.url)(path(args.package))
const meta = JSON.parse(readFileSync(`${args.package}/package.json`, 'utf8'))
if (meta.name !== args.name || meta.version !== args.version) throw new Error(`this is ${meta.name} ${meta.version}`)

// The table is no export, but it is what waiting for an update returns when no
// update was asked for.
const table = await source.waitForUpdate()
if (!Array.isArray(table) || !table.length) throw new Error('the package has no price table')

const lines = list(table, args['prices-on'])
const text = `claviger-catalogue 1
# Models and what they cost, made by "make prices"; do not edit. docs/prices.md explains the columns.
# Prices are US dollars per million units: tokens, requests, searches, seconds, pages.
@source npm ${args.name}
@version ${args.version}
@licence ${meta.license}, ${readFileSync(`${args.package}/LICENSE`, 'utf8').match(/^Copyright.*$/m)[0]}
@published ${args.published}
@prices-on ${args['prices-on']}
# provider\tmodel\ttype\tcontext window\tprices\tother names\ttitle
${lines.map((l) => l.join('\t')).join('\n')}
`

if (args.stdout) {
  process.stdout.write(text)
} else {
  let before = ''
  try {
    before = readFileSync(file, 'utf8')
  } catch (err) {
    if (err.code !== 'ENOENT') throw err
  }
  writeFileSync(file, text)
  console.log(summary(before, text))
}
