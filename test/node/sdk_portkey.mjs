// The portkey-ai package: the gateway and every admin resource there is.
import { Portkey } from 'portkey-ai';
import { ADMIN_KEY, HELLO, PROVIDER_URL, URL, WORKSPACE_KEY, ask, assemble, assert, check, fails, run, tools } from './checks.mjs';

const client = (opts) => new Portkey({ baseURL: URL, apiKey: WORKSPACE_KEY, ...opts });
const admin = client({ apiKey: ADMIN_KEY });
const app = client({ provider: '@emulated' });
const claude = client({ provider: '@emulated-anthropic' });
const made = {}; // what earlier checks made and later ones use

check('chat by provider header', async () => {
  const r = await app.chat.completions.create({ model: 'gpt-4o-mini', messages: ask('say hello') });
  assert.equal(r.choices[0].message.content, HELLO);
  assert.equal(r.usage.total_tokens, 30);
});
check('chat by virtual key', async () => {
  const r = await client({ virtualKey: 'emulated' }).chat.completions.create({ model: 'gpt-4o-mini', messages: ask('say hello') });
  assert.equal(r.choices[0].message.content, HELLO);
});
check('chat by model prefix', async () => {
  const r = await client().chat.completions.create({ model: '@emulated/gpt-4o-mini', messages: ask('say hello') });
  assert.equal(r.choices[0].message.content, HELLO);
});
check('stream', async () => {
  const s = await assemble(await app.chat.completions.create({ model: 'gpt-4o-mini', messages: ask('say hello'), stream: true }));
  assert.equal(s.text, HELLO);
});
check('stream with include_usage', async () => {
  const s = await assemble(await app.chat.completions.create(
    { model: 'gpt-4o-mini', messages: ask('say hello'), stream: true, stream_options: { include_usage: true } }));
  assert.equal(s.usage.total_tokens, 30);
});
check('tools', async () => {
  const r = await app.chat.completions.create({ model: 'gpt-4o-mini', messages: ask('weather in Rome'), tools });
  assert.equal(r.choices[0].message.tool_calls[0].function.name, 'get_weather');
});
check('anthropic: chat, stream and tools', async () => {
  const model = 'claude-sonnet-4-5';
  const r = await claude.chat.completions.create({ model, messages: ask('say hello'), max_tokens: 50 });
  assert.equal(r.choices[0].message.content, HELLO);
  const s = await assemble(await claude.chat.completions.create({ model, messages: ask('say hello'), stream: true }));
  assert.equal(s.text, HELLO);
  const t = await claude.chat.completions.create({ model, messages: ask('weather in Rome'), tools });
  assert.equal(t.choices[0].message.tool_calls[0].function.arguments, '{"city":"Rome"}');
});
check('embeddings', async () => {
  const r = await app.embeddings.create({ model: 'text-embedding-3-small', input: 'keeper of the keys', encoding_format: 'float' });
  assert.deepEqual(r.data[0].embedding, [0.25, -0.5, 0.75]);
});
check('completions', async () => {
  const r = await client({ provider: '@scripted' }).completions.create({ model: 'ok', prompt: 'say hello' });
  assert.equal(r.choices[0].text, 'scripted answer');
});
check('models.list', async () => {
  const r = await app.models.list();
  assert.ok(r.data.some((m) => m.id.includes('gpt-4o')));
});
check('an unknown slug is a 400 that names it', () =>
  fails(400, () => client({ provider: '@nobody' }).chat.completions.create({ model: 'gpt-4o', messages: ask('x') }), 'nobody'));
check('a wrong key is a 401', async () => {
  await fails(401, () => client({ apiKey: 'wrong-key-of-nobody', provider: '@emulated' }).chat.completions.create(
    { model: 'gpt-4o', messages: ask('x') }), 'Invalid API Key');
  await fails(401, () => client({ apiKey: 'wrong-key-of-nobody' }).integrations.list());
});
check("the provider's 429 stays a 429", () =>
  fails(429, () => app.chat.completions.create({ model: 'gpt-4o-mini', messages: ask('fail with 429') })));

check('admin.workspaces: create, retrieve, list, update', async () => {
  const w = await admin.admin.workspaces.create({ name: 'Node team', description: 'made by the SDK', defaults: { metadata: { team: 'node' } } });
  assert.match(w.slug, /^ws-/);
  made.workspace = w.id;
  made.workspaceSlug = w.slug;
  const got = await admin.admin.workspaces.retrieve({ workspaceId: w.slug });
  assert.equal(got.id, w.id);
  assert.deepEqual(got.defaults.metadata, { team: 'node' });
  const list = await admin.admin.workspaces.list({ page_size: 1, current_page: 0 });
  assert.equal(list.data.length, 1);
  assert.ok(list.total >= 2);
  await admin.admin.workspaces.update({ workspaceId: w.id, name: 'Node people' });
  assert.equal((await admin.admin.workspaces.retrieve({ workspaceId: w.id })).name, 'Node people');
});
check('integrations: create', async () => {
  const r = await admin.integrations.create({ name: 'Node integration', slug: 'node-made', ai_provider_id: 'openai',
    key: 'sk-node-secret-0123456789', configurations: { custom_host: PROVIDER_URL } });
  assert.equal(r.slug, 'node-made');
  made.integration = r.id;
});
check('integrations: a taken slug is a 409', () =>
  fails(409, () => admin.integrations.create({ name: 'again', slug: 'node-made', ai_provider_id: 'openai', key: 'sk-node-secret-0123456789' })));
check('integrations: retrieve by slug and by id, masked', async () => {
  for (const slug of ['node-made', made.integration]) {
    const r = await admin.integrations.retrieve({ slug });
    assert.equal(r.slug, 'node-made');
    assert.equal(r.masked_key, 'sk*******89');
    assert.equal(r.configurations.custom_host, PROVIDER_URL);
    assert.equal(r.object, 'integration');
    assert.ok(!('key' in r), 'the detail has a key');
  }
});
check('integrations: list', async () => {
  const r = await admin.integrations.list({ page_size: 50, current_page: 0, type: 'organisation' });
  assert.ok(r.data.some((i) => i.slug === 'node-made'));
});
check('integrations: update', async () => {
  await admin.integrations.update({ slug: 'node-made', name: 'Renamed by Node', key: 'rotated-node-secret-77' });
  const r = await admin.integrations.retrieve({ slug: 'node-made' });
  assert.equal(r.name, 'Renamed by Node');
  assert.equal(r.masked_key, 'ro*******77');
});
check('integrations.workspaces: update and list', async () => {
  await admin.integrations.workspaces.update({ slug: 'node-made', workspaces: [{ id: made.workspace, enabled: true }] });
  const r = await admin.integrations.workspaces.list({ slug: 'node-made' });
  assert.deepEqual(r.workspaces.map((w) => [w.id, w.enabled]), [[made.workspaceSlug, true]]);
});
check('virtualKeys: list and retrieve', async () => {
  const r = await admin.virtualKeys.list({ workspace_id: made.workspace });
  assert.deepEqual(r.data.map((v) => v.slug), ['node-made']);
  const v = await app.virtualKeys.retrieve({ slug: 'emulated' });
  assert.equal(v.slug, 'emulated');
  assert.equal(v.ai_provider_name, 'openai');
});
check('providers: list and retrieve', async () => {
  const r = await admin.providers.list({ workspace_id: made.workspace });
  assert.deepEqual(r.data.map((p) => p.slug), ['node-made']);
  const p = await admin.providers.retrieve({ slug: 'node-made', workspace_id: made.workspace });
  assert.equal(p.id, r.data[0].id);
});
check('apiKeys: create, retrieve, list, update, delete', async () => {
  const k = await admin.apiKeys.create({ type: 'workspace', 'sub-type': 'service', name: 'Node key', workspace_id: made.workspace, scopes: ['models.list'] });
  assert.ok(k.key.length >= 32);
  const got = await admin.apiKeys.retrieve({ id: k.id });
  assert.equal(got.key, `${k.key.slice(0, 2)}*******${k.key.slice(-2)}`);
  assert.equal(got.type, 'workspace-service');
  const list = await admin.apiKeys.list({ workspace_id: made.workspace, page_size: 10, current_page: 0 });
  assert.deepEqual(list.data.map((x) => x.id), [k.id]);
  await admin.apiKeys.update({ id: k.id, name: 'Node key, renamed' });
  assert.equal((await admin.apiKeys.retrieve({ id: k.id })).name, 'Node key, renamed');
  await admin.apiKeys.delete({ id: k.id });
  await fails(404, () => admin.apiKeys.retrieve({ id: k.id }));
});
check('integrations: delete, then retrieve is a 404', async () => {
  await admin.integrations.delete({ slug: 'node-made' });
  await fails(404, () => admin.integrations.retrieve({ slug: 'node-made' }));
});
check('admin.workspaces: delete, then retrieve is a 403', async () => {
  await admin.admin.workspaces.delete({ workspaceId: made.workspace, name: 'Node people' });
  await fails(403, () => admin.admin.workspaces.retrieve({ workspaceId: made.workspace }));
});

await run();
