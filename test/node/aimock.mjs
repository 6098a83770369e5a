// Starts aimock, an emulator of several providers, with the answers that the
// SDK checks expect, prints its address, and runs until standard input ends.
import { LLMock } from '@copilotkit/aimock';

const mock = new LLMock({
  port: 0,
  host: '127.0.0.1',
  // Only the stored provider credential opens it: a call that arrives with
  // anything else fails with 401.
  auth: { apiKeys: [process.env.PROVIDER_KEY] },
});

const usage = { prompt_tokens: 21, completion_tokens: 9, total_tokens: 30, input_tokens: 21, output_tokens: 9 };
const weather = { name: 'get_weather', arguments: '{"city":"Rome"}', id: 'call_weather' };

mock.on({ userMessage: 'say hello' }, { content: 'Hello from the emulator, in several words.', usage });
mock.on({ userMessage: 'weather in Rome', hasToolResult: false }, { toolCalls: [weather], usage });
mock.on({ userMessage: 'weather in Rome', hasToolResult: true }, { content: 'It is sunny in Rome.', usage });
mock.on({ userMessage: 'Rome as JSON' }, { content: '{"city":"Rome","degrees":21}', usage });
mock.on({ userMessage: 'fail with 429' }, { error: { message: 'Rate limit reached, says the emulator', type: 'rate_limit_error', code: 'rate_limit_exceeded' }, status: 429, retryAfter: 7 });
mock.on({ userMessage: 'fail with 500' }, { error: { message: 'The emulator had an error', type: 'server_error' }, status: 500 });
mock.onEmbedding('keeper of the keys', { embedding: [0.25, -0.5, 0.75] });

await mock.start();
console.log(mock.url);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
