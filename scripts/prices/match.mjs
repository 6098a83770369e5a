// Names: the source's match rules, and the globs that our file has for them.
// In a glob * is any run of characters and # one digit; a leading ! excludes.

export function matches(rule, name) {
  const n = name.toLowerCase()
  if (rule.or) return rule.or.some((r) => matches(r, name))
  if (rule.and) return rule.and.every((r) => matches(r, name))
  if (rule.equals !== undefined) return n === rule.equals.toLowerCase()
  if (rule.starts_with !== undefined) return n.startsWith(rule.starts_with.toLowerCase())
  if (rule.ends_with !== undefined) return n.endsWith(rule.ends_with.toLowerCase())
  if (rule.contains !== undefined) return n.includes(rule.contains.toLowerCase())
  if (rule.regex !== undefined) return new RegExp(rule.regex).test(name)
  throw new Error(`unknown match rule ${JSON.stringify(rule)}`)
}

const notSpeech = '^(?!.*-[tT][tT][sS](?:$|-))'

export function globs(rule) {
  if (rule.or) return rule.or.flatMap(globs)
  if (rule.and) {
    // The one conjunction of the source: a pattern, but not speech.
    const rest = rule.and.filter((r) => r.regex !== notSpeech)
    if (rest.length !== 1 || rule.and.length !== 2) throw new Error(`unknown conjunction ${JSON.stringify(rule)}`)
    return [...globs(rest[0]), '!*-tts', '!*-tts-*']
  }
  if (rule.equals !== undefined) return [rule.equals]
  if (rule.starts_with !== undefined) return [`${rule.starts_with}*`]
  if (rule.ends_with !== undefined) return [`*${rule.ends_with}`]
  if (rule.contains !== undefined) return [`*${rule.contains}*`]
  return [regexGlob(rule.regex)]
}

// regexGlob turns the regular expressions that are in use, fixed text and
// digits from the start on, into a glob.
function regexGlob(source) {
  let s = source
  if (!s.startsWith('^')) throw new Error(`regular expression ${source} has no start`)
  const open = !s.endsWith('$')
  s = s.replace(/^\^/, '').replace(/\$$/, '')
    .replace(/\\d\{(\d+)\}/g, (_, n) => '#'.repeat(n)).replace(/\\d/g, '#').replace(/\\\./g, '.')
  if (/[\\^$()[\]{}+?|]/.test(s)) throw new Error(`cannot turn ${source} into a glob`)
  return open ? `${s}*` : s
}
