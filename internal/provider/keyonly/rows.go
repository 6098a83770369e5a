package keyonly

import "github.com/claviger/claviger/internal/provider"

var (
	chat  = []provider.Operation{provider.Chat}
	embed = []provider.Operation{provider.Embed}
)

// rows are sorted by id. The bases are the ones in each provider's public
// documentation of its OpenAI-compatible API; where custom hosts are known to be
// given without a version, it is the prefix.
var rows = []row{
	{id: "ai21", name: "AI21 Labs", base: "https://api.ai21.com/studio/v1", operations: chat, noModels: true},
	{id: "anyscale", name: "Anyscale"},
	{id: "cerebras", name: "Cerebras", base: "https://api.cerebras.ai/v1"},
	{id: "cohere", name: "Cohere", base: "https://api.cohere.ai", prefix: "/compatibility/v1",
		operations: []provider.Operation{provider.Chat, provider.Embed}, noStreamOptions: true, noModels: true},
	{id: "dashscope", name: "Alibaba DashScope", base: "https://dashscope.aliyuncs.com/compatible-mode/v1"},
	{id: "deepinfra", name: "DeepInfra", base: "https://api.deepinfra.com/v1/openai"},
	{id: "deepseek", name: "DeepSeek", base: "https://api.deepseek.com", prefix: "/v1"},
	{id: "featherless-ai", name: "Featherless AI", base: "https://api.featherless.ai/v1"},
	{id: "fireworks-ai", name: "Fireworks AI", base: "https://api.fireworks.ai/inference/v1"},
	{id: "github", name: "GitHub Models", base: "https://models.github.ai/inference", noModels: true},
	{id: "google", name: "Google Gemini", base: "https://generativelanguage.googleapis.com", prefix: "/v1beta/openai",
		operations: []provider.Operation{provider.Chat, provider.Embed}},
	{id: "groq", name: "Groq", base: "https://api.groq.com/openai/v1"},
	{id: "hyperbolic", name: "Hyperbolic", base: "https://api.hyperbolic.xyz/v1"},
	{id: "inference-net", name: "Inference.net", base: "https://api.inference.net/v1"},
	{id: "jina", name: "Jina AI", base: "https://api.jina.ai/v1", operations: embed, noModels: true},
	{id: "lambda", name: "Lambda"},
	{id: "lemonfox-ai", name: "Lemonfox", base: "https://api.lemonfox.ai/v1", operations: chat, noModels: true},
	{id: "lingyi", name: "01.AI", base: "https://api.lingyiwanwu.com/v1"},
	{id: "mistral-ai", name: "Mistral AI", base: "https://api.mistral.ai/v1",
		operations: []provider.Operation{provider.Chat, provider.Embed}, noStreamOptions: true},
	{id: "monsterapi", name: "MonsterAPI"},
	{id: "moonshot", name: "Moonshot AI", base: "https://api.moonshot.ai/v1"},
	{id: "nebius", name: "Nebius Token Factory", base: "https://api.tokenfactory.nebius.com/v1"},
	{id: "nomic", name: "Nomic"},
	{id: "novita-ai", name: "Novita AI", base: "https://api.novita.ai/openai/v1"},
	{id: "nscale", name: "Nscale", base: "https://inference.api.nscale.com/v1"},
	{id: "ollama", name: "Ollama", ownHost: true, prefix: "/v1"},
	{id: "openrouter", name: "OpenRouter", base: "https://openrouter.ai/api", prefix: "/v1"},
	{id: "palm", name: "Google PaLM"},
	{id: "perplexity-ai", name: "Perplexity", base: "https://api.perplexity.ai",
		operations: chat, noStreamOptions: true, noModels: true},
	{id: "predibase", name: "Predibase"},
	{id: "reka-ai", name: "Reka"},
	{id: "sambanova", name: "SambaNova", base: "https://api.sambanova.ai/v1"},
	{id: "segmind", name: "Segmind"},
	{id: "siliconflow", name: "SiliconFlow", base: "https://api.siliconflow.cn/v1"},
	{id: "stability-ai", name: "Stability AI"},
	{id: "together-ai", name: "Together AI", base: "https://api.together.xyz", prefix: "/v1"},
	{id: "upstage", name: "Upstage", base: "https://api.upstage.ai/v1"},
	{id: "voyage", name: "Voyage AI", base: "https://api.voyageai.com/v1", operations: embed, noModels: true},
	{id: "x-ai", name: "xAI", base: "https://api.x.ai/v1"},
	{id: "z-ai", name: "Z.AI", base: "https://api.z.ai/api/paas/v4"},
	{id: "zhipu", name: "Zhipu AI", base: "https://open.bigmodel.cn/api/paas/v4"},
}
