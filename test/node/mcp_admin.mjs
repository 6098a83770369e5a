// The portkey-admin-mcp package, an MCP server in front of the admin API: its
// tools, called as an assistant calls them, for everything that is served.
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ADMIN_KEY, PROVIDER_URL, URL as BASE, WORKSPACE_KEY, ask, assert, check, fails, run } from './checks.mjs';
import OpenAI from 'openai';

const server = fileURLToPath(import.meta.resolve('portkey-admin-mcp'));

/** Starts the server with a key of its own and connects to it. */
async function connect(key) {
  const client = new Client({ name: 'claviger-e2e', version: '1' });
  await client.connect(new StdioClientTransport({
    command: process.execPath, args: [server], stderr: 'ignore',
    env: { PORTKEY_API_KEY: key, PORTKEY_BASE_URL: BASE, PORTKEY_ALLOW_PRIVATE_BASE_URL: 'true', PORTKEY_ALLOW_INSECURE_HTTP: 'true' },
  }));
  return client;
}

const [admin, member] = await Promise.all([connect(ADMIN_KEY), connect(WORKSPACE_KEY)]);

/** What a tool answers: its data, or the message of its refusal. */
async function answer(name, args, client) {
  const r = await client.callTool({ name, arguments: args });
  const text = r.content.map((c) => c.text).join('');
  let said = {};
  try {
    said = JSON.parse(text);
  } catch { /* a refusal of the server's own is plain text */ }
  return r.isError || !said.ok ? { refused: said.error?.message ?? text } : said.data;
}

async function call(name, args = {}, client = admin) {
  const data = await answer(name, args, client);
  assert.ok(!('refused' in data), `${name}: ${data.refused}`);
  return data;
}

async function refused(part, name, args = {}, client = admin) {
  const { refused: said } = await answer(name, args, client);
  assert.ok(said?.includes(part), `${name}: ${part} is not in ${said ?? 'a success'}`);
}

const made = {}; // what earlier checks made and later ones use

check('workspaces: create, get, list, update', async () => {
  const { workspace } = await call('create_workspace', { name: 'MCP people', description: 'first', metadata: { team: 'a' },
    usage_limits: [{ type: 'cost', credit_limit: 100, alert_threshold: 80, periodic_reset: 'monthly' }], rate_limits: [{ type: 'requests', unit: 'rpm', value: 1000 }] });
  made.workspace = workspace.id;
  await call('update_workspace', { workspace_id: workspace.id, description: 'second', metadata: { team: 'b' } });
  const w = await call('get_workspace', { workspace_id: workspace.slug });
  assert.deepEqual([w.id, w.name, w.description, w.defaults.metadata], [workspace.id, 'MCP people', 'second', { team: 'b' }]);
  const list = await call('list_workspaces', { exact_name: 'MCP people', status: 'active', page_size: 5, current_page: 0 });
  assert.deepEqual([list.total, list.workspaces[0].id], [1, workspace.id]);
});
check('integrations: create, get masked, list, update', async () => {
  const r = await call('create_integration', { name: 'MCP integration', slug: 'mcp-made', ai_provider_id: 'openai', key: 'sk-mcp-secret-0123456789', custom_host: PROVIDER_URL,
    pricing_adjustments: { multiplier: { request_token: 0.9 } } });
  assert.equal(r.slug, 'mcp-made');
  await call('update_integration', { slug: 'mcp-made', name: 'Renamed by MCP', key: 'rotated-mcp-secret-77' });
  const i = await call('get_integration', { slug: 'mcp-made' });
  assert.deepEqual([i.name, i.masked_key, i.configurations.custom_host, i.pricing_adjustments.multiplier.request_token],
    ['Renamed by MCP', 'ro*******77', PROVIDER_URL, 0.9]);
  assert.ok((await call('list_integrations', { type: 'organisation' })).integrations.some((x) => x.slug === 'mcp-made'));
});
check('models: allow, list, delete', async () => {
  const slug = 'mcp-made';
  await call('update_integration_models', { slug, allow_all_models: false, models: [{ slug: 'gpt-4o-mini', enabled: true },
    { slug: 'mcp/custom', enabled: true, is_custom: true, base_model_slug: 'gpt-4o' }] });
  const { models } = await call('list_integration_models', { slug, page_size: 100 });
  assert.deepEqual(models.filter((m) => m.enabled).map((m) => m.slug), ['gpt-4o-mini', 'mcp/custom']);
  await call('delete_integration_model', { slug, model_slug: 'mcp/custom' });
  await refused('is built in', 'delete_integration_model', { slug, model_slug: 'gpt-4o-mini' });
});
check('access: grant with limits, list', async () => {
  await call('update_integration_workspaces', { slug: 'mcp-made', workspaces: [{ id: made.workspace, enabled: true, credit_limit: 50, alert_threshold: 40, rate_limit_rpm: 100 }] });
  const { workspaces } = await call('list_integration_workspaces', { slug: 'mcp-made' });
  assert.equal(workspaces.length, 1);
  assert.deepEqual([workspaces[0].enabled, workspaces[0].usage_limits[0].credit_limit, workspaces[0].rate_limits[0].value], [true, 50, 100]);
});
check('providers: create, get, update, list, delete', async () => {
  const workspace_id = made.workspace, slug = 'mcp-second';
  await call('create_provider', { name: 'Second', integration_id: 'mcp-made', workspace_id, slug, note: 'n', credit_limit: 5, alert_threshold: 4,
    periodic_reset: 'weekly', rate_limit_value: 10, rate_limit_unit: 'rph' });
  await call('update_provider', { slug, workspace_id, name: 'Renamed', reset_usage: true });
  const p = await call('get_provider', { slug, workspace_id });
  assert.deepEqual([p.name, p.note, p.usage_limits, p.rate_limits],
    ['Renamed', 'n', { credit_limit: 5, alert_threshold: 4, periodic_reset: 'weekly' }, [{ type: 'requests', unit: 'rph', value: 10 }]]);
  assert.deepEqual((await call('list_providers', { workspace_id })).providers.map((x) => x.slug).sort(), ['mcp-made', slug]);
  await call('delete_provider', { slug, workspace_id });
  await refused('provider not found', 'get_provider', { slug, workspace_id });
});
check('virtual keys: create, get, update, list, delete', async () => {
  const { slug } = await call('create_virtual_key', { name: 'MCP Azure', provider: 'azure-openai', key: 'mcp-azure-secret-11', workspace_id: made.workspace, resource_name: 'res',
    deployment_configurations: [{ api_version: '2024-10-21', deployment_name: 'four', alias: 'gpt-4o', is_default: true }], credit_limit: 10, rate_limit_rpm: 60 });
  await call('update_virtual_key', { slug, name: 'MCP Azure, renamed', note: 'm', deployment_configurations: [{ api_version: 'v1', deployment_name: 'five', is_default: true }] });
  const v = await call('get_virtual_key', { slug });
  assert.deepEqual([v.name, v.note, v.usage_limits.credit_limit, v.rate_limits[0].value], ['MCP Azure, renamed', 'm', 10, 60]);
  assert.deepEqual(v.model_config, { azureAuthMode: 'default', resourceName: 'res',
    deploymentConfig: [{ apiVersion: 'v1', deploymentName: 'five', modelSlug: 'five', is_default: true }] });
  assert.ok((await call('list_virtual_keys', { page_size: 100, current_page: 0 })).virtual_keys.some((x) => x.slug === slug));
  await call('delete_virtual_key', { slug });
  await refused('virtual key not found', 'get_virtual_key', { slug });
});
check('API keys: create, use, update, rotate, delete', async () => {
  const { id, key } = await call('create_api_key', { type: 'workspace', sub_type: 'service', name: 'MCP key', workspace_id: made.workspace, scopes: ['completions.write'],
    credit_limit: 5, rate_limit_rpm: 10, default_metadata: { a: 'b' }, alert_emails: ['a@example.org'], expires_at: '2099-01-01T00:00:00Z' });
  const chat = (apiKey) => new OpenAI({ baseURL: BASE, apiKey, maxRetries: 0 }).chat.completions.create({ model: '@mcp-made/gpt-5', messages: ask('x') });
  await fails(412, () => chat(key), 'not allowed');
  await call('update_api_key', { id, name: 'MCP key, renamed', rate_limits: null, expires_at: null, alert_emails: [], reset_usage: 1 });
  const k = await call('get_api_key', { id });
  assert.deepEqual([k.name, k.type, k.usage_limits.credit_limit, k.rate_limits ?? [], k.expires_at, k.alert_emails ?? [], k.defaults.metadata],
    ['MCP key, renamed', 'workspace-service', 5, [], null, [], { a: 'b' }]);
  const rotated = await call('rotate_api_key', { id, key_transition_period_ms: 1_800_000 });
  await fails(412, () => chat(rotated.key), 'not allowed');
  assert.deepEqual((await call('list_api_keys', { workspace_id: made.workspace })).api_keys.map((x) => x.id), [id]);
  await refused('not a percentage', 'create_api_key', { type: 'workspace', sub_type: 'service', name: 'n', workspace_id: made.workspace, scopes: ['completions.write'], credit_limit: 5, alert_threshold: 80 });
  await call('delete_api_key', { id });
  await fails(401, () => chat(rotated.key));
});
check('secret references: create, use, get, update, list, delete', async () => {
  const { id } = await call('create_secret_reference', { name: 'MCP reference', manager_type: 'aws_sm', secret_path: 'prod/openai', secret_key: 'api_key', tags: { env: 'mcp' },
    auth_config: { aws_auth_type: 'accessKey', aws_access_key_id: 'AKIAMCP000000000077', aws_secret_access_key: 'mcp-aws-secret-88', aws_region: 'us-east-1' } });
  await call('create_integration', { name: 'By reference', slug: 'mcp-reference', ai_provider_id: 'openai', secret_mappings: [{ target_field: 'key', secret_reference_id: id }] });
  await refused('in use', 'delete_secret_reference', { id });
  await call('delete_integration', { slug: 'mcp-reference' });
  await call('update_secret_reference', { id, secret_key: null, allowed_workspaces: [made.workspace], auth_config: { aws_region: 'eu-west-1' } });
  const r = await call('get_secret_reference', { id });
  assert.deepEqual([r.auth_config.aws_region, r.secret_key, r.allow_all_workspaces, r.allowed_workspaces], ['eu-west-1', null, false, [made.workspace]]);
  assert.deepEqual((await call('list_secret_references', { manager_type: 'aws_sm', tags: { env: 'mcp' } })).secret_references.map((x) => x.id), [id]);
  await call('delete_secret_reference', { id });
  await refused('secret reference not found', 'get_secret_reference', { id });
});
check('rate-limit policies: create, get, update, list, delete', async () => {
  const workspace_id = made.workspace;
  const { id } = await call('create_rate_limit', { name: 'MCP rate', workspace_id, type: 'requests', unit: 'rpm', value: 100,
    conditions: [{ key: 'metadata._user', value: ['a', 'b'], excludes: ['c'] }], group_by: [{ key: 'metadata._user' }] });
  await call('update_rate_limit', { id, unit: 'rph', value: 200 });
  const p = await call('get_rate_limit', { id });
  assert.deepEqual([p.unit, p.value, p.conditions, p.status], ['rph', 200, [{ key: 'metadata._user', value: ['a', 'b'], excludes: ['c'] }], 'active']);
  await call('delete_rate_limit', { id });
  await refused('policy not found', 'get_rate_limit', { id });
  assert.deepEqual((await call('list_rate_limits', { workspace_id, status: 'archived' })).rate_limits.map((x) => x.id), [id]);
});
check('usage-limit policies: create, count, reset, update, delete', async () => {
  const { id } = await call('create_usage_limit', { name: 'MCP usage', type: 'tokens', credit_limit: 100_000, conditions: [{ key: 'api_key', value: '*' }],
    group_by: [{ key: 'api_key' }], periodic_reset: 'monthly' }, member);
  await new OpenAI({ baseURL: BASE, apiKey: WORKSPACE_KEY }).chat.completions.create({ model: '@emulated/gpt-4o-mini', messages: ask('say hello') });
  const entities = async () => (await call('list_usage_limit_entities', { limit_id: id, status: 'active' }, member)).entities;
  const [entity] = await entities();
  assert.equal(entity.current_usage, 30);
  await call('reset_usage_limit_entity', { limit_id: id, entity_id: entity.id }, member);
  assert.deepEqual((await entities()).map((e) => e.current_usage), [0]);
  const before = await call('get_usage_limit', { id, include_usage: true }, member);
  assert.deepEqual(Object.keys(before.value_key_usage_map), [entity.value_key]);
  await call('update_usage_limit', { id, credit_limit: 200_000, periodic_reset: null, periodic_reset_days: 10 }, member);
  const after = await call('get_usage_limit', { id }, member);
  assert.deepEqual([after.credit_limit, after.periodic_reset, after.periodic_reset_days], [200_000, null, 10]);
  await call('delete_usage_limit', { id }, member);
  assert.ok(!(await call('list_usage_limits', {}, member)).usage_limits.some((x) => x.id === id));
});
check('what is not served is refused with a reason', async () => {
  for (const name of ['list_all_users', 'list_configs', 'list_prompts', 'list_guardrails', 'list_mcp_servers', 'list_deployments']) {
    await refused('Claviger serves no such route', name);
  }
});
check('integrations and workspaces: delete', async () => {
  const workspace_id = made.workspace;
  await refused('Unable to delete', 'delete_workspace', { workspace_id });
  await call('delete_integration', { slug: 'mcp-made' });
  await refused('integration not found', 'get_integration', { slug: 'mcp-made' });
  await call('delete_workspace', { workspace_id });
  await refused('permissions', 'get_workspace', { workspace_id });
});

await run();
await Promise.all([admin.close(), member.close()]);
