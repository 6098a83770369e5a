// Prices: the source's numbers as integers of pico-dollars (1e-12 USD) per unit.

// Each price of the source: our unit, and how many of it the price buys.
const units = {
  input_mtok: ['input', 1e6], output_mtok: ['output', 1e6],
  cache_read_mtok: ['cache_read', 1e6],
  cache_write_mtok: ['cache_write', 1e6], cache_write_1h_mtok: ['cache_write_1h', 1e6],
  input_audio_mtok: ['audio_in', 1e6], output_audio_mtok: ['audio_out', 1e6], cache_audio_read_mtok: ['cache_read_audio', 1e6],
  input_image_mtok: ['image_in', 1e6], output_image_mtok: ['image_out', 1e6], cache_image_read_mtok: ['cache_read_image', 1e6],
  input_video_mtok: ['video_in', 1e6], output_video_mtok: ['video_out', 1e6],
  output_reasoning_mtok: ['reasoning', 1e6], output_citation_mtok: ['citation', 1e6],
  requests_kcount: ['request', 1e3], web_searches_kcount: ['web_search', 1e3], storage_searches_kcount: ['file_search', 1e3],
  audio_hours: ['audio_second', 3600], input_audio_hours: ['audio_second', 3600],
  input_document_kpages: ['page', 1e3], input_annotated_document_kpages: ['annotated_page', 1e3],
  input_text_messages_kcount: ['message', 1e3],
}

// The order of units in the file.
export const order = [...new Set(Object.values(units).map(([unit]) => unit))]

// pico is the price of one unit, rounded up, when `per` of them cost dollars.
function pico(dollars, per) {
  const text = dollars.toFixed(12) // the source has float noise: 0.18000000000000002
  if (!(dollars >= 0) || Math.abs(Number(text) - dollars) > dollars * 1e-9) throw new Error(`strange price ${dollars}`)
  const picos = BigInt(text.replace('.', ''))
  return (picos + BigInt(per) - 1n) / BigInt(per)
}

// resolve chooses the prices in force on a day. Of prices that depend on the
// time of day it is the highest of the day: a budget may be reached early, and
// is never overspent. The source's later entries win over earlier ones.
export function resolve(prices, day) {
  if (!Array.isArray(prices)) return [prices]
  const found = []
  for (const { constraint: c, prices: p } of prices.toReversed()) {
    if (c === undefined || (c.type === 'start_date' && c.start_date <= day)) return [...found, p]
    if (c.type === 'time_of_date') found.push(p)
    else if (c.type !== 'start_date') throw new Error(`unknown constraint ${JSON.stringify(c)}`)
  }
  return [...found, prices[0].prices]
}

// read returns price tables from the lowest threshold on: [{above, rates}], the
// first above 0 tokens. A table applies to every token of a request whose input
// has more than `above` tokens, cached ones included.
export function read(prices) {
  const starts = new Set([0])
  for (const [key, v] of Object.entries(prices)) {
    if (!units[key]) throw new Error(`unknown price ${key}`)
    if (typeof v === 'object') v.tiers.forEach((t) => starts.add(t.start))
  }
  return [...starts].sort((a, b) => a - b).map((above) => {
    const rates = new Map()
    for (const [key, v] of Object.entries(prices)) {
      const [unit, per] = units[key]
      let dollars = v
      if (typeof v === 'object') {
        dollars = v.base
        for (const t of v.tiers.toSorted((a, b) => a.start - b.start)) if (above >= t.start) dollars = t.price
      }
      raise(rates, unit, pico(dollars, per))
    }
    return { above, rates }
  })
}

function raise(rates, unit, price) {
  if (!(rates.get(unit) >= price)) rates.set(unit, price)
}

// highest is the dearest of several price tables, unit by unit.
export function highest(tables) {
  const starts = [...new Set(tables.flatMap((t) => t.map((x) => x.above)))].sort((a, b) => a - b)
  return starts.map((above) => {
    const rates = new Map()
    for (const t of tables) {
      for (const [unit, price] of t.findLast((x) => x.above <= above).rates) raise(rates, unit, price)
    }
    return { above, rates }
  })
}

// write prints tables as the file has them; a tier has only what it changes.
export function write(tables) {
  const words = []
  let last = new Map()
  for (const { above, rates } of tables) {
    const changed = order.filter((u) => rates.has(u) && rates.get(u) !== last.get(u))
    if (above > 0 && changed.length) words.push(`>${above}`)
    for (const u of changed) words.push(`${u}=${decimal(rates.get(u))}`)
    last = rates
  }
  return words.length ? words.join(' ') : 'free'
}

// decimal is US dollars per million units.
function decimal(picos) {
  const [whole, part] = [picos / 1000000n, String(picos % 1000000n).padStart(6, '0').replace(/0+$/, '')]
  return part ? `${whole}.${part}` : String(whole)
}
