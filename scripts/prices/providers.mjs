// Which providers of the source make each of ours. Ours are the ids that
// integrations carry as ai_provider_id.
//
// A row's sources are listed in order of trust: a model is listed once, and its
// price is that of the first source that has one for its name. `only` and
// `except` choose what a source lists, not what it prices; that is how Claude
// on Vertex AI is listed by Anthropic's names at Google's prices.

const openaiOnAzure = /^(phi|mai|wizardlm)-/
const claude = /^claude-/
const openGemma = /^gemma-(?!.*-maas$)/ // free on the Gemini API, billed as machines on Vertex AI

export const providers = {
  'anthropic': [{ id: 'anthropic' }],
  'azure-ai': ['azure', 'openai', 'anthropic', 'deepseek', 'x-ai', 'moonshotai'].map((id) => ({ id })),
  'azure-openai': [{ id: 'azure', except: openaiOnAzure }, { id: 'openai' }],
  'bedrock': [{ id: 'aws', spell: bedrock }],
  'cerebras': [{ id: 'cerebras' }],
  'cohere': [{ id: 'cohere' }],
  'deepseek': [{ id: 'deepseek' }],
  'fireworks-ai': [{ id: 'fireworks' }],
  'google': [{ id: 'google', except: /^claude-|-maas$/ }],
  'groq': [{ id: 'groq' }],
  // The router's names end in the provider that serves: model:provider. The
  // bare name stands for any of them and has the highest of their prices.
  'huggingface': [
    'cerebras', 'fireworks-ai', 'groq', 'hyperbolic', 'nebius', 'novita',
    'nscale', 'ovhcloud', 'publicai', 'sambanova', 'together',
  ].map((by) => ({ id: `huggingface_${by}`, by })),
  'mistral-ai': [{ id: 'mistral' }],
  'modal': [{ id: 'modal' }],
  'moonshot': [{ id: 'moonshotai' }],
  'novita-ai': [{ id: 'novita' }],
  'openai': [{ id: 'openai' }],
  'openrouter': [{ id: 'openrouter' }],
  'ovhcloud': [{ id: 'ovhcloud' }],
  'perplexity-ai': [{ id: 'perplexity' }],
  'together-ai': [{ id: 'together' }],
  'vertex-ai': [
    { id: 'google', except: new RegExp(`${claude.source}|${openGemma.source}`) },
    { id: 'anthropic', only: claude, except: /^claude-(2|v1)$/, spell: vertexClaude },
  ],
  'voyage': [{ id: 'voyageai' }],
  'workers-ai': [{ id: 'cloudflare' }],
  'x-ai': [{ id: 'x-ai' }],
  'z-ai': [{ id: 'zai' }],
  'zhipu': [{ id: 'zhipuai' }],
}

// bedrock turns the source's spelling into names that requests use: "regional."
// stands for any geography, which look-ups strip, so the bare name it is.
function bedrock(name) {
  return name.replace(/^\*?(regional|us|eu|apac|au|ca|jp|in|us-gov)\./, '').replace(/^\*global\./, 'global.')
}

// vertexClaude: on Vertex AI nothing is called "-latest", and Claude 4 is not 4-0.
function vertexClaude(name) {
  return name.replace(/-latest$/, '').replace(/-4-0$/, '-4')
}

// Slugs that are no model of their own, only a rule for the names of fine-tuned
// ones: found, not listed.
export const fineTunes = /^ft:|\.ft-$/

// Slugs of the source that no request can use, and what requests say instead.
export const renamed = { 'openai/moderation': 'omni-moderation-latest' }

// What the source prices at nothing because it knows nothing.
export const unpriced = new Set(['cerebras/qwen-3-coder-480b'])

// typeOf says what a model is for, from its name and what it is billed for. The
// source does not say it.
export function typeOf(slug, units) {
  const name = slug.toLowerCase()
  const says = (...words) => words.some((w) => name.includes(w))
  if (fineTunes.test(slug)) return 'fine-tune'
  if (says('moderation', 'llama-guard', 'safeguard')) return 'moderation'
  if (says('rerank')) return 'rerank'
  if (says('embed', 'baai/bge', 'voyage', '/e5-', '/gte-')) return 'embedding'
  if (units.has('page') || says('-ocr')) return 'ocr'
  if (says('whisper', 'transcribe', '-tts', 'realtime', 'lyria', 'sonic', '-live', 'native-audio', 'voice', 'gpt-audio', 'audio-preview') ||
    (units.has('audio_second') && !units.has('input'))) return 'audio'
  if (says('gpt-image', 'gpt-5-image', 'gpt-5.4-image', '-image-preview', 'flash-image', 'flash-lite-image', 'pro-image') ||
    units.has('image_out')) return 'image'
  if (units.has('video_out')) return 'video'
  if (/^(ada|babbage|curie|davinci|text-)|-instruct(-0914)?$/.test(name) && /^(ada|babbage|curie|davinci|text-|gpt-3\.5)/.test(name)) return 'text'
  if (says('m2m100', 'indictrans', 'distilbert')) return 'text'
  return 'chat'
}
