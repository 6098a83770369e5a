// The plain openai package against the gateway: base URL and key alone.
import OpenAI from 'openai';
import { ADMIN_KEY, HELLO, URL, WORKSPACE_KEY, ask, assemble, assert, check, fails, run, tools } from './checks.mjs';

const client = new OpenAI({ baseURL: URL, apiKey: WORKSPACE_KEY, maxRetries: 0 });
const chat = (body, opts) => client.chat.completions.create(body, opts);

for (const [kind, model] of [['openai', '@emulated/gpt-4o-mini'], ['anthropic', '@emulated-anthropic/claude-sonnet-4-5']]) {
  check(`${kind}: chat answers with usage`, async () => {
    const r = await chat({ model, messages: ask('say hello'), max_tokens: 50 });
    assert.equal(r.choices[0].message.content, HELLO);
    assert.equal(r.choices[0].finish_reason, 'stop');
    assert.deepEqual([r.usage.prompt_tokens, r.usage.completion_tokens, r.usage.total_tokens], [21, 9, 30]);
  });
  check(`${kind}: chat names its ledger entry`, async () => {
    const { response } = await chat({ model, messages: ask('say hello') }).withResponse();
    assert.match(response.headers.get('x-claviger-entry-id'), /^[0-9a-f-]{36}$/);
  });
  check(`${kind}: stream without include_usage`, async () => {
    const s = await assemble(await chat({ model, messages: ask('say hello'), stream: true }));
    assert.equal(s.text, HELLO);
    assert.equal(s.finish, 'stop');
    if (kind === 'openai') assert.ok(s.chunks.every((c) => !c.usage && c.choices.length), 'usage nobody asked for');
  });
  check(`${kind}: stream with include_usage`, async () => {
    const s = await assemble(await chat({ model, messages: ask('say hello'), stream: true, stream_options: { include_usage: true } }));
    assert.equal(s.text, HELLO);
    assert.deepEqual([s.usage.prompt_tokens, s.usage.completion_tokens], [21, 9]);
  });
  check(`${kind}: tools are called`, async () => {
    const r = await chat({ model, messages: ask('weather in Rome'), tools });
    assert.equal(r.choices[0].finish_reason, 'tool_calls');
    assert.deepEqual({ ...r.choices[0].message.tool_calls[0].function }, { name: 'get_weather', arguments: '{"city":"Rome"}' });
  });
  check(`${kind}: tools are called in a stream`, async () => {
    const s = await assemble(await chat({ model, messages: ask('weather in Rome'), tools, stream: true }));
    assert.deepEqual(s.calls, [{ name: 'get_weather', arguments: '{"city":"Rome"}' }]);
    assert.equal(s.finish, 'tool_calls');
  });
  check(`${kind}: a tool's result is taken`, async () => {
    const first = await chat({ model, messages: ask('weather in Rome'), tools });
    const message = first.choices[0].message;
    const r = await chat({ model, tools, messages: [...ask('weather in Rome'), message,
      { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'sunny' }] });
    assert.equal(r.choices[0].message.content, 'It is sunny in Rome.');
  });
  check(`${kind}: the stream helper tells text and usage`, async () => {
    const s = client.chat.completions.stream({ model, messages: ask('say hello'), stream_options: { include_usage: true } });
    assert.equal(await s.finalContent(), HELLO);
    assert.equal((await s.totalUsage()).total_tokens, 30);
  });
  for (const stream of [false, true]) {
    check(`${kind}: runTools runs to the end, ${stream ? 'streamed' : 'at once'}`, async () => {
      const r = client.chat.completions.runTools({ model, stream, messages: ask('weather in Rome'),
        tools: [{ type: 'function', function: { ...tools[0].function, parse: JSON.parse, function: ({ city }) => `sunny in ${city}` } }] });
      assert.equal(await r.finalContent(), 'It is sunny in Rome.');
    });
  }
  check(`${kind}: the provider's 429 stays a 429`, async () => {
    const err = await fails(429, () => chat({ model, messages: ask('fail with 429') }), 'Rate limit reached, says the emulator');
    assert.equal(err.headers.get('retry-after'), '7');
  });
  check(`${kind}: the provider's 500 stays a 500`, () =>
    fails(500, () => chat({ model, messages: ask('fail with 500') }), 'The emulator had an error'));
}

check('embeddings', async () => {
  const r = await client.embeddings.create({ model: '@emulated/text-embedding-3-small', input: 'keeper of the keys', encoding_format: 'float' });
  assert.deepEqual(r.data[0].embedding, [0.25, -0.5, 0.75]);
});
check('completions', async () => {
  const r = await client.completions.create({ model: '@scripted/ok', prompt: 'say hello' });
  assert.equal(r.choices[0].text, 'scripted answer');
});
check('models are listed for a workspace key', async () => {
  assert.equal((await client.models.list()).object, 'list');
});
check('a client that stops reading leaves the gateway well', async () => {
  const stream = await chat({ model: '@scripted/long', messages: ask('x'), stream: true });
  for await (const chunk of stream) { assert.ok(chunk.id); break; }
});
check('a stream that the provider cuts ends with an error', async () => {
  await assert.rejects(async () => assemble(await chat({ model: '@scripted/cut', messages: ask('x'), stream: true })));
});
check('a stream in odd pieces arrives whole', async () => {
  const s = await assemble(await chat({ model: '@scripted/split', messages: ask('x'), stream: true }));
  assert.equal(s.text, 'word0 word1 word2 word3 word4 ');
});
check('an unknown slug is a 400 that names it', () =>
  fails(400, () => chat({ model: '@nobody/gpt-4o', messages: ask('x') }), 'nobody'));
check('a wrong key is a 401', () =>
  fails(401, () => new OpenAI({ baseURL: URL, apiKey: 'wrong-key-of-nobody', maxRetries: 0 }).models.list(), 'Invalid API Key'));
check('an organisation key is a 403 that says which key to use', () =>
  fails(403, () => new OpenAI({ baseURL: URL, apiKey: ADMIN_KEY, maxRetries: 0 }).chat.completions.create(
    { model: '@emulated/gpt-4o', messages: ask('x') }), 'workspace'));

await run();
