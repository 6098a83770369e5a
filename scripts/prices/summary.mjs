// What changed between two versions of the file, for whoever commits it.

const most = 40 // lines of each kind

export function summary(before, after) {
  const [was, is] = [rows(before), rows(after)]
  const added = [...is.keys()].filter((k) => !was.has(k))
  const gone = [...was.keys()].filter((k) => !is.has(k))
  const repriced = [...is.keys()].filter((k) => was.has(k) && was.get(k).prices !== is.get(k).prices)
  const other = [...is.keys()].filter((k) => was.has(k) && was.get(k).line !== is.get(k).line && was.get(k).prices === is.get(k).prices)
  const providers = new Set([...is.keys()].map((k) => k.split(' ')[0]))
  return [
    `prices: ${is.size} models of ${providers.size} providers, ${Buffer.byteLength(after)} bytes; ` +
      `${added.length} added, ${gone.length} gone, ${repriced.length} with a new price, ${other.length} changed otherwise`,
    ...some('added', added, (k) => `+ ${k}: ${is.get(k).prices}`),
    ...some('gone', gone, (k) => `- ${k}`),
    ...some('repriced', repriced, (k) => `~ ${k}: ${was.get(k).prices}  ->  ${is.get(k).prices}`),
  ].join('\n')
}

function some(what, keys, say) {
  const shown = keys.slice(0, most).map(say)
  return keys.length > most ? [...shown, `  and ${keys.length - most} more ${what}`] : shown
}

function rows(text) {
  return new Map(text.split('\n').filter((l) => l.includes('\t') && !l.startsWith('#')).map((line) => {
    const [provider, slug, , , prices] = line.split('\t')
    return [`${provider} ${slug}`, { prices, line }]
  }))
}
