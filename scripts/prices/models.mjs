// The models of each of our providers, from the source's table.
import { globs, matches } from './match.mjs'
import { highest, read, resolve, write } from './price.mjs'
import { fineTunes, providers, renamed, typeOf, unpriced } from './providers.mjs'

// list returns the file's rows, sorted by provider and model.
export function list(table, day) {
  const sources = new Map(table.map((p) => [p.id, p]))
  return Object.keys(providers).sort().flatMap((ours) => {
    const rows = providers[ours].map((row) => {
      const source = sources.get(row.id)
      if (!source) throw new Error(`the source has no provider ${row.id}`)
      return { ...row, source, spell: row.spell ?? ((name) => name) }
    })
    const models = rows.flatMap((row) => listed(row, row.by ? [row] : rows, day))
    if (rows.some((row) => row.by)) models.push(...anyProvider(models))
    return print(ours, unique(models))
  })
}

// listed are the models of one source. Its price is that of the first of
// `priced` that knows the name.
function listed({ source, only, except, spell, by }, priced, day) {
  return source.models
    .filter((m) => (!only || only.test(m.id)) && !except?.test(m.id))
    .map((m) => {
      const slug = spell(slugOf(source, m))
      const from = priced.map((p) => ({ source: p.source, model: p.source.models.find((x) => x === m || (p.source !== source && matches(x.match, slug))) }))
        .find((p) => p.model)
      const known = !unpriced.has(`${from.source.id}/${from.model.id}`)
      const names = [...new Set([...(spell(m.id) === m.id && !fineTunes.test(m.id) ? [m.id] : []), ...globs(m.match).map(spell)].map((n) => n.toLowerCase()))]
      const suffix = by ? `:${by}` : ''
      return {
        slug: slug + suffix, bare: slug, by, names: names.map((n) => n + suffix), title: m.name ?? '', context: m.context_window,
        tables: known ? highest(resolve(from.model.prices, day).map(read)) : undefined,
      }
    })
}

// slugOf is the name that requests use: the source's own id, unless its rule
// says that no request is called that.
function slugOf(source, m) {
  const other = renamed[`${source.id}/${m.id}`]
  if (other || fineTunes.test(m.id) || m.id.startsWith('regional.') || matches(m.match, m.id)) return other ?? m.id
  const equal = globs(m.match).find((g) => !/[*#!]/.test(g))
  return equal ?? (matches(m.match, `${m.id}-latest`) ? `${m.id}-latest` : m.id)
}

// anyProvider adds, for models that several providers serve, the bare name.
function anyProvider(models) {
  const byName = new Map()
  for (const m of models) {
    const key = m.bare.toLowerCase()
    byName.set(key, [...(byName.get(key) ?? []), m])
  }
  return [...byName.values()].map((same) => ({
    ...same[0], slug: same[0].bare, names: [],
    tables: highest(same.map((m) => m.tables)), context: Math.min(...same.map((m) => m.context ?? Infinity)),
  }))
}

// unique keeps the first model of a name, and lets a name mean one model: a
// model's own slug before another's alias, an earlier model before a later one.
function unique(models) {
  const slugs = new Set()
  const kept = models.filter((m) => !slugs.has(m.slug.toLowerCase()) && slugs.add(m.slug.toLowerCase()))
  const taken = new Set(slugs)
  return kept.map((m) => ({ ...m, names: m.names.filter((n) => n.startsWith('!') || (!taken.has(n) && taken.add(n))) }))
}

function print(ours, models) {
  return models.sort((a, b) => (a.slug < b.slug ? -1 : 1)).map((m) => {
    const row = [
      ours, m.slug, typeOf(m.slug, new Set(m.tables?.flatMap((t) => [...t.rates.keys()]))),
      Number.isFinite(m.context) ? String(m.context) : '-', m.tables ? write(m.tables) : '-',
      m.names.sort().join(' ') || '-', m.title.trim() || '-',
    ]
    if (row.some((c) => /[\t\n\r]/.test(c)) || /\s/.test(m.slug)) throw new Error(`${ours} ${m.slug}: bad character`)
    return row
  })
}
