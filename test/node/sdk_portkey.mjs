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
check('a config with retries', async () => {
  const c = client({ provider: '@scripted', config: { retry: { attempts: 2, use_retry_after_headers: true } } });
  const r = await c.chat.completions.create({ model: 'flaky-2--node', messages: ask('say hello') });
  assert.equal(r.choices[0].message.content, 'scripted answer');
  assert.equal(r.getHeaders()['retry-attempt-count'], '2');
  const s = await assemble(await c.chat.completions.create({ model: 'flaky-1--node-stream', messages: ask('say hello'), stream: true }));
  assert.ok(s.text);
});
check('a config with one target', async () => {
  const c = client({
    config: {
      retry: { attempts: 1, on_status_codes: [503], use_retry_after_headers: true },
      strategy: { mode: 'single' }, targets: [{ provider: '@scripted' }],
    },
  });
  const r = await c.chat.completions.create({ model: 'flaky-1--node-target', messages: ask('say hello') });
  assert.equal(r.choices[0].message.content, 'scripted answer');
});
check('a config that is not supported is a 400 that says what of it', () => {
  const config = { strategy: { mode: 'fallback' }, targets: [{ provider: '@scripted' }, { provider: '@emulated' }] };
  return fails(400, () => client({ config }).chat.completions.create({ model: 'ok', messages: ask('x') }), 'strategy,mode');
});

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
check('integrations.models: update, list and delete', async () => {
  const slug = 'node-made';
  const builtIn = await admin.integrations.models.list({ slug });
  assert.equal(builtIn.allow_all_models, true);
  assert.ok(builtIn.models.some((m) => m.slug === 'gpt-4o' && m.enabled === true && m.is_custom === false));
  await admin.integrations.models.update({ slug, allow_all_models: false, models: [
    { slug: 'node/custom', enabled: true, is_custom: true, base_model_slug: 'gpt-4o' }, { slug: 'gpt-4o', enabled: true }] });
  const list = await admin.integrations.models.list({ slug });
  assert.equal(list.allow_all_models, false);
  assert.deepEqual(list.models.filter((m) => m.enabled).map((m) => m.slug), ['gpt-4o', 'node/custom']);
  await admin.integrations.models.delete({ slug, slugs: 'node/custom' });
  const left = await admin.integrations.models.list({ slug });
  assert.ok(!left.models.some((m) => m.slug === 'node/custom'));
  await fails(400, () => admin.integrations.models.delete({ slug, slugs: 'gpt-4o' }));
});
check('integrations.models: what is not allowed is a 412', async () => {
  const k = await admin.apiKeys.create({ type: 'workspace', 'sub-type': 'service', name: 'models', workspace_id: made.workspace, scopes: ['completions.write'] });
  await fails(412, () => client({ apiKey: k.key }).chat.completions.create({ model: '@node-made/gpt-5', messages: ask('x') }),
    'Model gpt-5 is not allowed for this integration');
  await admin.integrations.models.update({ slug: 'node-made', allow_all_models: true, models: [] });
  await admin.apiKeys.delete({ id: k.id });
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
check('providers: create, retrieve, update, list, delete', async () => {
  const workspace_id = made.workspace;
  const r = await admin.providers.create({ name: 'Node provider', integration_id: 'node-made', workspace_id, slug: 'node-second', note: 'for batch',
    usage_limits: { credit_limit: 10, periodic_reset: 'monthly' }, rate_limits: { type: 'requests', unit: 'rpm', value: 60 },
    expires_at: '2099-01-01T00:00:00Z' });
  assert.equal(r.slug, 'node-second');
  for (const slug of ['node-second', r.id]) {
    const p = await admin.providers.retrieve({ slug, workspace_id });
    assert.deepEqual([p.id, p.name, p.note, p.integration_id, p.object], [r.id, 'Node provider', 'for batch', 'node-made', 'provider']);
    assert.deepEqual({ ...p.usage_limits, next_usage_reset_at: undefined },
      { credit_limit: 10, periodic_reset: 'monthly', next_usage_reset_at: undefined, current_usage: 0 });
    assert.match(p.usage_limits.next_usage_reset_at, /-01T00:00:00\.000Z$/);
    assert.deepEqual(p.rate_limits, [{ type: 'requests', unit: 'rpm', value: 60 }]);
  }
  const u = await admin.providers.update({ slug: 'node-second', workspace_id, name: 'Node provider, renamed', usage_limits: null, reset_usage: true });
  assert.equal(u.id, r.id);
  const p = await admin.providers.retrieve({ slug: 'node-second', workspace_id });
  assert.deepEqual([p.name, p.note, p.usage_limits], ['Node provider, renamed', 'for batch', null]);
  const list = await admin.providers.list({ workspace_id, page_size: 10, current_page: 0 });
  assert.deepEqual(list.data.map((x) => x.slug), ['node-second', 'node-made']);
  await fails(409, () => admin.providers.create({ name: 'n', integration_id: 'node-made', workspace_id, slug: 'node-second' }));
  await fails(400, () => app.providers.create({ name: 'n', integration_id: 'node-made' }), 'integration_id');
  await admin.providers.delete({ slug: 'node-second', workspace_id });
  await fails(404, () => admin.providers.retrieve({ slug: 'node-second', workspace_id }));
});
check('virtualKeys: create, retrieve, update, list, delete', async () => {
  const r = await app.virtualKeys.create({ name: 'Node key', provider: 'azure-openai', key: 'node-azure-secret-11', note: 'old client', resourceName: 'res',
    deploymentConfig: [{ apiVersion: 'v1', deploymentName: 'four', is_default: true }], usage_limits: { credit_limit: 1 } });
  assert.match(r.slug, /^node-key-/);
  assert.equal(r.object, 'virtual-key');
  for (const slug of [r.slug, r.id]) {
    const v = await app.virtualKeys.retrieve({ slug });
    assert.deepEqual([v.id, v.slug, v.name, v.note, v.status, v.ai_provider_name, v.masked_api_key],
      [r.id, r.slug, 'Node key', 'old client', 'active', 'azure-openai', 'no*******11']);
    assert.deepEqual(v.model_config, { azureAuthMode: 'default', resourceName: 'res',
      deploymentConfig: [{ apiVersion: 'v1', deploymentName: 'four', modelSlug: 'four', is_default: true }] });
  }
  const u = await app.virtualKeys.update({ slug: r.slug, name: 'Node key, renamed', key: 'node-rotated-22', resourceName: 'other',
    rate_limits: [{ type: 'requests', unit: 'rpm', value: 5 }] });
  assert.deepEqual([u.id, u.slug], [r.id, r.slug]);
  const v = await app.virtualKeys.retrieve({ slug: r.slug });
  assert.deepEqual([v.name, v.masked_api_key, v.model_config.resourceName], ['Node key, renamed', 'no*******22', 'other']);
  assert.deepEqual(v.rate_limits, [{ type: 'requests', unit: 'rpm', value: 5 }]);
  assert.ok((await app.virtualKeys.list()).data.some((x) => x.slug === r.slug));
  await fails(403, () => app.virtualKeys.update({ slug: 'emulated', key: 'node-stolen-33' }), 'integration of the organisation');
  await app.virtualKeys.delete({ slug: r.slug });
  await fails(404, () => app.virtualKeys.retrieve({ slug: r.slug }));
  await fails(404, () => app.integrations.retrieve({ slug: r.slug }));
});
check('virtualKeys: an organisation key, which has no word for a workspace', async () => {
  const r = await admin.virtualKeys.create({ name: 'Node bedrock', provider: 'bedrock', workspace_id: made.workspace, awsAccessKeyId: 'AKIANODE0000000077',
    awsSecretAccessKey: 'node-aws-secret-88', awsRegion: 'us-east-1' });
  await admin.virtualKeys.update({ slug: r.slug, awsRegion: 'eu-west-1' });
  assert.deepEqual((await admin.virtualKeys.retrieve({ slug: r.slug })).model_config, {
    awsAuthType: 'accessKey', awsRegion: 'eu-west-1', maskedAwsAccessKeyId: 'AK*******77', maskedAwsSecretAccessKey: 'no*******88' });
  await admin.virtualKeys.delete({ slug: r.slug });
  await fails(404, () => admin.virtualKeys.retrieve({ slug: r.slug }));
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
check('apiKeys: every field, and null clears it; rotate; delete', async () => {
  const k = await admin.apiKeys.create({ type: 'workspace', 'sub-type': 'user', name: 'Node user key', workspace_id: made.workspace,
    user_id: '0a1b2c3d-0000-4000-8000-00000000abcd', scopes: ['models.list'], rate_limits: [{ type: 'requests', unit: 'rps', value: 5 }],
    usage_limits: { credit_limit: 2.5 }, defaults: { metadata: { team: 'node' } }, expires_at: '2099-01-01T00:00:00Z' });
  const got = await admin.apiKeys.retrieve({ id: k.id });
  assert.equal(got.type, 'workspace-user');
  assert.deepEqual(got.rate_limits, [{ type: 'requests', unit: 'rps', value: 5 }]);
  assert.deepEqual(got.usage_limits, { credit_limit: 2.5, current_usage: 0 });
  assert.deepEqual(got.defaults.metadata, { team: 'node' });
  await admin.apiKeys.update({ id: k.id, usage_limits: null, rate_limits: null, expires_at: null });
  const after = await admin.apiKeys.retrieve({ id: k.id });
  assert.deepEqual([after.usage_limits, after.rate_limits, after.expires_at], [null, [], null]);
  assert.deepEqual(after.defaults.metadata, { team: 'node' });
  const answer = await fetch(`${URL}/api-keys/${k.id}/rotate`, { method: 'POST', headers: { 'x-portkey-api-key': ADMIN_KEY } });
  const rotated = await answer.json(); // the package has no method for it
  assert.equal(rotated.id, k.id);
  for (const apiKey of [k.key, rotated.key]) await client({ apiKey }).models.list();
  await admin.apiKeys.delete({ id: k.id });
  for (const apiKey of [k.key, rotated.key]) await fails(401, () => client({ apiKey }).models.list());
});
check('admin.workspaces: defaults, icons and archived ones', async () => {
  const w = await admin.admin.workspaces.create({ name: '🌲 Trees', defaults: { metadata: { a: 'b' } } });
  assert.equal((await admin.admin.workspaces.retrieve({ workspaceId: w.slug })).icon, '🌲');
  await admin.admin.workspaces.update({ workspaceId: w.id, defaults: null });
  assert.equal((await admin.admin.workspaces.retrieve({ workspaceId: w.id })).defaults, null);
  await fails(400, () => admin.admin.workspaces.delete({ workspaceId: w.id, name: 'another' }));
  await admin.admin.workspaces.delete({ workspaceId: w.id, name: 'Trees' });
  const list = await admin.admin.workspaces.list({ status: 'archived', exact_name: 'Trees' });
  assert.equal(list.data.length ? list.data[0].id : w.id, w.id);
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
