// Runs checks one after another and prints one line for each: "ok NAME", or
// "FAIL NAME", a tab and the reason. The program ends with status 1 when any check failed.
import assert from 'node:assert/strict';

export const URL = process.env.CLAVIGER_URL + '/v1';
export const { ADMIN_KEY, WORKSPACE_KEY, PROVIDER_KEY, PROVIDER_URL } = process.env;
export const HELLO = 'Hello from the emulator, in several words.';
export { assert };

const checks = [];

export function check(name, fn) {
  checks.push([name, fn]);
}

export async function run() {
  let failed = 0;
  for (const [name, fn] of checks) {
    try {
      await fn();
      console.log(`ok ${name}`);
    } catch (err) {
      failed++;
      const where = (err.stack ?? '').split('\n').find((l) => l.includes('sdk_')) ?? '';
      console.log(`FAIL ${name}\t${String(err.message ?? err).replace(/\s+/g, ' ')} (${where.trim()})`);
    }
  }
  process.exitCode = failed > 0 ? 1 : 0;
}

/** Wants an error with a status whose message holds all of contains. */
export async function fails(status, call, ...contains) {
  let err;
  try {
    await call();
  } catch (e) {
    err = e;
  }
  assert.ok(err, `no error, want status ${status}`);
  assert.equal(err.status, status, `status: ${err.message}`);
  const text = String(err.message) + JSON.stringify(err.error ?? '');
  for (const part of contains) assert.ok(text.includes(part), `${part} is not in ${text}`);
  return err;
}

export const ask = (content) => [{ role: 'user', content }];

export const tools = [{
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}];

/** Joins a chat stream: text, tool calls, usage and the reason it ended. */
export async function assemble(stream) {
  const out = { text: '', calls: [], usage: null, finish: null, chunks: [] };
  for await (const chunk of stream) {
    out.chunks.push(chunk);
    if (chunk.usage) out.usage = chunk.usage;
    const choice = chunk.choices?.[0];
    if (!choice) continue;
    out.finish = choice.finish_reason ?? out.finish;
    out.text += choice.delta?.content ?? '';
    for (const c of choice.delta?.tool_calls ?? []) {
      const call = (out.calls[c.index] ??= { name: '', arguments: '' });
      call.name += c.function?.name ?? '';
      call.arguments += c.function?.arguments ?? '';
    }
  }
  return out;
}
