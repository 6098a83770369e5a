"""The portkey-ai package: the gateway and every admin resource there is."""

import asyncio
import json
import urllib.request

from checks import *
from portkey_ai import AsyncPortkey, Portkey
from portkey_ai.api_resources import exceptions as sdk
from portkey_ai._vendor import openai as vendored
from pydantic import ValidationError

admin = Portkey(api_key=ADMIN_KEY, base_url=URL)
app = Portkey(api_key=WORKSPACE_KEY, base_url=URL, provider="@emulated")
claude = Portkey(api_key=WORKSPACE_KEY, base_url=URL, provider="@emulated-anthropic")
made = {}  # what earlier checks made and later ones use


def rest(method, path):
    """For what the package has no method for."""
    request = urllib.request.Request(URL + path, method=method, headers={"x-portkey-api-key": ADMIN_KEY})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def default_workspace():
    return admin.admin.workspaces.list().data[0].id


@check("chat by provider header")
def _():
    r = app.chat.completions.create(model="gpt-4o-mini", messages=ask("say hello"))
    same(r.choices[0].message.content, HELLO)
    same(r.usage.total_tokens, 30, "tokens")


@check("chat by virtual key")
def _():
    c = Portkey(api_key=WORKSPACE_KEY, base_url=URL, virtual_key="emulated")
    same(c.chat.completions.create(model="gpt-4o-mini", messages=ask("say hello")).choices[0].message.content, HELLO)


@check("chat by model prefix")
def _():
    c = Portkey(api_key=WORKSPACE_KEY, base_url=URL)
    r = c.chat.completions.create(model="@emulated/gpt-4o-mini", messages=ask("say hello"))
    same(r.choices[0].message.content, HELLO)


@check("stream")
def _():
    text, _, _, _ = assemble(app.chat.completions.create(model="gpt-4o-mini", messages=ask("say hello"), stream=True))
    same(text, HELLO)


@check("stream with include_usage")
def _():
    text, _, usage, _ = assemble(app.chat.completions.create(
        model="gpt-4o-mini", messages=ask("say hello"), stream=True, stream_options={"include_usage": True}))
    same(text, HELLO)
    usage = usage if isinstance(usage, dict) else usage.__dict__
    same(usage["total_tokens"], 30, "tokens")


@check("tools")
def _():
    r = app.chat.completions.create(model="gpt-4o-mini", messages=ask("weather in Rome"), tools=[tool()])
    same(r.choices[0].message.tool_calls[0].function.name, "get_weather")


@check("anthropic: chat, stream and tools")
def _():
    r = claude.chat.completions.create(model="claude-sonnet-4-5", messages=ask("say hello"), max_tokens=50)
    same(r.choices[0].message.content, HELLO)
    text, _, _, _ = assemble(claude.chat.completions.create(
        model="claude-sonnet-4-5", messages=ask("say hello"), max_tokens=50, stream=True))
    same(text, HELLO)
    r = claude.chat.completions.create(model="claude-sonnet-4-5", messages=ask("weather in Rome"), tools=[tool()])
    same(r.choices[0].message.tool_calls[0].function.arguments, '{"city":"Rome"}')


@check("embeddings")
def _():
    r = app.embeddings.create(model="text-embedding-3-small", input="keeper of the keys", encoding_format="float")
    same(list(r.data[0].embedding), [0.25, -0.5, 0.75])


@check("completions")
def _():
    c = Portkey(api_key=WORKSPACE_KEY, base_url=URL, provider="@scripted")
    same(c.completions.create(model="ok", prompt="say hello").choices[0].text, "scripted answer")


@check("models.list")
def _():
    assert any("gpt-4o" in m.id for m in app.models.list().data)


@check("an unknown slug is a 400 that names it")
def _():
    c = Portkey(api_key=WORKSPACE_KEY, base_url=URL, provider="@nobody")
    raises(vendored.BadRequestError, lambda: c.chat.completions.create(model="gpt-4o", messages=ask("x")), "nobody")


@check("a wrong key is a 401 on the gateway and on the admin API")
def _():
    c = Portkey(api_key="wrong-key-of-nobody", base_url=URL, provider="@emulated")
    raises(vendored.AuthenticationError, lambda: c.chat.completions.create(model="gpt-4o", messages=ask("x")), "Invalid API Key")
    raises(sdk.AuthenticationError, lambda: c.integrations.list())


@check("the provider's 429 stays a 429")
def _():
    raises(vendored.RateLimitError, lambda: app.chat.completions.create(model="gpt-4o-mini", messages=ask("fail with 429")))


@check("a config with retries")
def _():
    c = Portkey(api_key=WORKSPACE_KEY, base_url=URL, provider="@scripted",
                config={"retry": {"attempts": 2, "use_retry_after_headers": True}})
    r = c.chat.completions.create(model="flaky-2--python", messages=ask("say hello"))
    same(r.choices[0].message.content, "scripted answer")
    same(r.get_headers()["retry-attempt-count"], "2", "retries")
    text, _, _, _ = assemble(c.chat.completions.create(model="flaky-1--python-stream", messages=ask("say hello"), stream=True))
    assert text, "nothing was streamed"


@check("a config with one target")
def _():
    c = Portkey(api_key=WORKSPACE_KEY, base_url=URL, config={
        "retry": {"attempts": 1, "on_status_codes": [503], "use_retry_after_headers": True},
        "strategy": {"mode": "single"}, "targets": [{"provider": "@scripted"}]})
    same(c.chat.completions.create(model="flaky-1--python-target", messages=ask("say hello")).choices[0].message.content, "scripted answer")


@check("a config that is not supported is a 400 that says what of it")
def _():
    c = Portkey(api_key=WORKSPACE_KEY, base_url=URL, config={
        "strategy": {"mode": "fallback"}, "targets": [{"provider": "@scripted"}, {"provider": "@emulated"}]})
    raises(vendored.BadRequestError, lambda: c.chat.completions.create(model="ok", messages=ask("x")), "strategy,mode", "not supported yet")


@check("admin.workspaces: create")
def _():
    r = admin.admin.workspaces.create(name="Python team", description="made by the SDK", defaults={"metadata": {"team": "python"}})
    assert r.id and r.slug.startswith("ws-"), r.slug
    same((r.name, r.description, r.object), ("Python team", "made by the SDK", "workspace"))
    made["workspace"], made["workspace_slug"] = r.id, r.slug


@check("admin.workspaces: retrieve by id and by slug")
def _():
    for ref in (made["workspace"], made["workspace_slug"]):
        r = admin.admin.workspaces.retrieve(workspace_id=ref)
        same((r.id, r.slug, r.defaults["metadata"]), (made["workspace"], made["workspace_slug"], {"team": "python"}))


@check("admin.workspaces: list with paging and by name")
def _():
    r = admin.admin.workspaces.list(page_size=1, current_page=0)
    same(len(r.data), 1, "rows")
    assert r.total >= 2, r.total
    same([w.id for w in admin.admin.workspaces.list(name="Python te").data], [made["workspace"]])


@check("admin.workspaces: update")
def _():
    admin.admin.workspaces.update(workspace_id=made["workspace"], name="Python people")
    r = admin.admin.workspaces.retrieve(workspace_id=made["workspace"])
    same((r.name, r.description), ("Python people", "made by the SDK"))


@check("integrations: create")
def _():
    r = admin.integrations.create(
        name="Python integration", slug="python-made", ai_provider_id="openai", key="sk-python-secret-0123456789",
        description="from Python", configurations={"custom_host": PROVIDER_URL, "custom_headers": {"x-team": "python-header-secret"}})
    same(r.slug, "python-made")
    made["integration"] = r.id


@check("integrations: a taken slug is a 409")
def _():
    raises(sdk.ConflictError, lambda: admin.integrations.create(
        name="again", slug="python-made", ai_provider_id="openai", key="sk-python-secret-0123456789"))


@check("integrations: retrieve by slug and by id, masked")
def _():
    for ref in ("python-made", made["integration"]):
        r = admin.integrations.retrieve(slug=ref)
        same((r.id, r.slug, r.name, r.ai_provider_id, r.description, r.status, r.type, r.object),
             (made["integration"], "python-made", "Python integration", "openai", "from Python", "active", "organisation", "integration"))
        same(r.masked_key, "sk*******89")
        same(r.allow_all_models, True)
        same(r.secret_mappings, [])
        same(r.pricing_adjustments, None)
        same(r.workspace_count, 0)
        assert r.organisation_id and r.created_at
        same(r.configurations["custom_host"], PROVIDER_URL)
        assert "custom_headers" not in r.configurations, r.configurations
        assert "secret" not in str(r.configurations), r.configurations


@check("integrations: list")
def _():
    r = admin.integrations.list()
    assert r.total >= 4, r.total
    assert "python-made" in [i.slug for i in r.data]
    same(len(admin.integrations.list(page_size=1).data), 1, "rows of a page of one")
    same(admin.integrations.list(type="workspace").data, [])


@check("integrations: update keeps what it does not name")
def _():
    admin.integrations.update(slug="python-made", name="Renamed by Python")
    r = admin.integrations.retrieve(slug="python-made")
    same((r.name, r.masked_key, r.description), ("Renamed by Python", "sk*******89", "from Python"))


@check("integrations: update rotates the key")
def _():
    admin.integrations.update(slug="python-made", key="rotated-python-secret-77")
    same(admin.integrations.retrieve(slug="python-made").masked_key, "ro*******77")


@check("integrations.workspaces: update and list")
def _():
    admin.integrations.workspaces.update(slug="python-made", workspaces=[{"id": made["workspace"], "enabled": True}])
    r = admin.integrations.workspaces.list(slug="python-made")
    same([(w.id, w.enabled) for w in r.workspaces], [(made["workspace_slug"], True)])
    same(admin.integrations.retrieve(slug="python-made").workspace_count, 1)


@check("integrations.workspaces: the package's model cannot read the lists of limits that are documented")
def _():
    limits = {"usage_limits": [{"type": "cost", "credit_limit": 5}], "rate_limits": [{"type": "requests", "unit": "rpm", "value": 3}]}
    admin.integrations.workspaces.update(slug="python-made", workspaces=[{"id": made["workspace"], "enabled": True, **limits}])
    row = rest("GET", "/integrations/python-made/workspaces")["workspaces"][0]
    same((row["usage_limits"][0]["credit_limit"], row["rate_limits"]), (5, limits["rate_limits"]), "the answer itself")
    # A later package may read it: then this check goes, and its line in differences.txt.
    raises(ValidationError, lambda: admin.integrations.workspaces.list(slug="python-made"), "usage_limits", "valid dictionary")
    admin.integrations.workspaces.update(
        slug="python-made", workspaces=[{"id": made["workspace"], "enabled": True, "usage_limits": None, "rate_limits": None}])
    same(admin.integrations.workspaces.list(slug="python-made").workspaces[0].usage_limits, None)


@check("integrations.models: list what is built in")
def _():
    r = admin.integrations.models.list(slug="python-made")
    same((r.allow_all_models, r.total), (True, len(r.models)))
    m = next(m for m in r.models if m.slug == "gpt-4o")
    same((m.enabled, m.is_custom, m.is_finetune, m.pricing_config), (True, False, False, None))


@check("integrations.models: update, create to delete")
def _():
    pricing = {"type": "static", "pay_as_you_go": {"request_token": {"price": 2.5}, "response_token": {"price": 10}}}
    admin.integrations.models.update(slug="python-made", allow_all_models=False, models=[
        {"slug": "python/custom", "enabled": True, "is_custom": True, "base_model_slug": "gpt-4o", "pricing_config": pricing,
         "configurations": {"custom_host": PROVIDER_URL, "custom_headers": {"x-model": "python-model-secret"}}},
        {"slug": "gpt-4o-mini", "enabled": True}])
    r = admin.integrations.models.list(slug="python-made")
    same(r.allow_all_models, False)
    enabled = {m.slug: m for m in r.models if m.enabled}
    same(sorted(enabled), ["gpt-4o-mini", "python/custom"])
    m = enabled["python/custom"]
    same((m.is_custom, m.base_model_slug, m.pricing_config), (True, "gpt-4o", pricing))
    same(m.configurations, {"custom_host": PROVIDER_URL, "masked_custom_headers": {"x-model": "py*******et"}})
    admin.integrations.models.delete(slug="python-made", slugs="python/custom")
    assert "python/custom" not in [m.slug for m in admin.integrations.models.list(slug="python-made").models]
    raises(sdk.BadRequestError, lambda: admin.integrations.models.delete(slug="python-made", slugs="gpt-4o-mini"))


@check("integrations.models: what is not allowed is a 412")
def _():
    k = admin.api_keys.create(type="workspace", sub_type="service", name="models", workspace_id=made["workspace"],
                              scopes=["completions.write"])
    c = Portkey(api_key=k.key, base_url=URL)
    same([m.id for m in c.models.list().data], ["@python-made/gpt-4o-mini"])
    e = raises(vendored.APIStatusError, lambda: c.chat.completions.create(model="@python-made/gpt-4o", messages=ask("x")),
               "Model gpt-4o is not allowed for this integration")
    same(e.status_code, 412)
    admin.integrations.models.update(slug="python-made", allow_all_models=True, models=[])
    raises(vendored.AuthenticationError, lambda: c.chat.completions.create(model="@python-made/gpt-4o", messages=ask("x")))
    admin.api_keys.delete(id=k.id)


@check("virtual_keys: list and retrieve")
def _():
    r = admin.virtual_keys.list(workspace_id=made["workspace"])
    same(r.total, 1, "total")
    same(r.data[0]["slug"] if isinstance(r.data[0], dict) else r.data[0].slug, "python-made")
    assert "emulated" in [v["slug"] if isinstance(v, dict) else v.slug for v in app.virtual_keys.list().data]
    same(app.virtual_keys.retrieve(slug="emulated").slug, "emulated")


@check("providers: list and retrieve")
def _():
    r = admin.providers.list(workspace_id=made["workspace"])
    same([p.slug for p in r.data], ["python-made"])
    p = admin.providers.retrieve(slug="python-made", workspace_id=made["workspace"])
    same((p.slug, p.id), ("python-made", r.data[0].id))
    assert "emulated" in [p.slug for p in app.providers.list().data]


@check("providers: create, retrieve, update, list, delete")
def _():
    ws = made["workspace"]
    r = admin.providers.create(name="Python provider", integration_id="python-made", workspace_id=ws, slug="python-second", note="for batch",
                               usage_limits={"credit_limit": 10, "periodic_reset": "monthly", "alert_threshold": 9},
                               rate_limits={"type": "requests", "unit": "rpm", "value": 60}, expires_at="2099-01-01T00:00:00Z")
    same((r.slug, r.object), ("python-second", "provider"))
    for ref in ("python-second", r.id):
        p = admin.providers.retrieve(slug=ref, workspace_id=ws)
        same((p.id, p.name, p.note, p.integration_id), (r.id, "Python provider", "for batch", "python-made"))
        assert p.usage_limits.pop("next_usage_reset_at").endswith("-01T00:00:00.000Z")
        same(p.usage_limits, {"credit_limit": 10, "periodic_reset": "monthly", "alert_threshold": 9, "current_usage": 0})
        same(p.rate_limits, [{"type": "requests", "unit": "rpm", "value": 60}])
        same(p.expires_at, "2099-01-01T00:00:00.000Z")
    u = admin.providers.update(slug="python-second", workspace_id=ws, name="Python provider, renamed", rate_limits=None, expires_at=None,
                               reset_usage=True)
    same((u.id, u.slug), (r.id, "python-second"))
    p = admin.providers.retrieve(slug="python-second", workspace_id=ws)
    same((p.name, p.note, p.rate_limits, p.expires_at), ("Python provider, renamed", "for batch", None, None))
    same([p.slug for p in admin.providers.list(workspace_id=ws, page_size=10, current_page=0).data], ["python-second", "python-made"])
    raises(sdk.ConflictError, lambda: admin.providers.create(name="again", integration_id="python-made", workspace_id=ws, slug="python-second"))
    raises(sdk.BadRequestError, lambda: app.providers.create(name="n", integration_id="python-made"), "integration_id")
    raises(sdk.BadRequestError, lambda: admin.providers.update(slug="python-second", name="n"), "workspace_id")
    admin.providers.delete(slug="python-second", workspace_id=ws)
    raises(sdk.NotFoundError, lambda: admin.providers.retrieve(slug="python-second", workspace_id=ws), "404")
    mine = app.providers.create(name="Mine", integration_id="emulated")
    assert mine.slug.startswith("mine-"), mine.slug
    c = Portkey(api_key=WORKSPACE_KEY, base_url=URL, provider="@" + mine.slug)
    same(c.chat.completions.create(model="gpt-4o-mini", messages=ask("say hello")).choices[0].message.content, HELLO)
    app.providers.delete(slug=mine.slug)
    raises(vendored.BadRequestError, lambda: c.chat.completions.create(model="gpt-4o-mini", messages=ask("say hello")))


@check("virtual_keys: create, retrieve, update, list, delete")
def _():
    r = app.virtual_keys.create(name="Python key", provider="azure-openai", key="python-azure-secret-11", note="old client", resourceName="res",
                                apiVersion="2024-10-21", deploymentName="four", usage_limits={"credit_limit": 1})
    same((r.object, r.slug.startswith("python-key-")), ("virtual-key", True))
    for ref in (r.slug, r.id):
        v = app.virtual_keys.retrieve(slug=ref)
        same((v.id, v.slug, v.name, v.note, v.status), (r.id, r.slug, "Python key", "old client", "active"))
        same((v.ai_provider_name, v.masked_api_key, v.usage_limits), ("azure-openai", "py*******11", {"credit_limit": 1, "current_usage": 0}))
        deployment = {"apiVersion": "2024-10-21", "deploymentName": "four", "modelSlug": "four", "is_default": True}
        same(v.dict()["model_config"], {"azureAuthMode": "default", "resourceName": "res", "deploymentConfig": [deployment]})
    u = app.virtual_keys.update(slug=r.slug, name="Python key, renamed", key="python-rotated-22", note="n", usage_limits=None,
                                rate_limits=[{"type": "requests", "unit": "rpm", "value": 5}],
                                deploymentConfig=[{"apiVersion": "v1", "deploymentName": "five", "is_default": True}])
    same((u.id, u.slug), (r.id, r.slug))
    v = app.virtual_keys.retrieve(slug=r.slug)
    same((v.name, v.note, v.masked_api_key, v.usage_limits), ("Python key, renamed", "n", "py*******22", None))
    same(v.rate_limits, [{"type": "requests", "unit": "rpm", "value": 5}])
    same([d["deploymentName"] for d in v.dict()["model_config"]["deploymentConfig"]], ["five"])
    assert r.slug in [v["slug"] if isinstance(v, dict) else v.slug for v in app.virtual_keys.list().data]
    same(app.integrations.retrieve(slug=r.slug).masked_key, "py*******22")
    raises(sdk.PermissionDeniedError, lambda: app.virtual_keys.update(slug="emulated", key="python-stolen-33"), "integration of the organisation")
    app.virtual_keys.delete(slug=r.slug)
    raises(sdk.NotFoundError, lambda: app.virtual_keys.retrieve(slug=r.slug))
    raises(sdk.NotFoundError, lambda: app.integrations.retrieve(slug=r.slug))


@check("virtual_keys: an organisation key, which has no word for a workspace")
def _():
    r = admin.virtual_keys.create(name="Python bedrock", provider="bedrock", workspace_id=made["workspace"], awsAccessKeyId="AKIAPYTHON00000077",
                                  awsSecretAccessKey="python-aws-secret-88", awsRegion="us-east-1")
    admin.virtual_keys.update(slug=r.slug, name="Python bedrock, renamed", awsRegion="eu-west-1")
    v = admin.virtual_keys.retrieve(slug=r.slug)
    same((v.name, v.dict()["model_config"]), ("Python bedrock, renamed", {
        "awsAuthType": "accessKey", "awsRegion": "eu-west-1", "maskedAwsAccessKeyId": "AK*******77", "maskedAwsSecretAccessKey": "py*******88"}))
    admin.virtual_keys.delete(slug=r.slug)
    raises(sdk.NotFoundError, lambda: admin.virtual_keys.retrieve(slug=r.slug))


@check("virtual_keys and providers, asynchronously")
def _():
    async def calls():
        c = AsyncPortkey(api_key=WORKSPACE_KEY, base_url=URL)
        r = await c.virtual_keys.create(name="Python async", provider="openai", key="python-async-secret-44")
        same((await c.virtual_keys.retrieve(slug=r.slug)).masked_api_key, "py*******44")
        await c.virtual_keys.update(slug=r.slug, note="changed")
        same((await c.providers.retrieve(slug=r.slug)).note, "changed")
        p = await c.providers.create(name="n", integration_id=r.slug, slug="python-async-provider")
        await c.providers.update(slug=p.slug, note="other")
        assert {p.slug, r.slug} <= {x.slug for x in (await c.providers.list()).data}
        await c.providers.delete(slug=p.slug)
        await c.virtual_keys.delete(slug=r.slug)
        assert r.slug not in [v["slug"] if isinstance(v, dict) else v.slug for v in (await c.virtual_keys.list()).data]

    asyncio.run(calls())


@check("the documented sample: portkey.virtual_keys.retrieve(slug=…), printed")
def _():
    portkey = Portkey(api_key=WORKSPACE_KEY, base_url=URL)
    text = str(portkey.virtual_keys.retrieve(slug="emulated"))
    printed = json.loads(text)
    same({k: printed[k] for k in ("slug", "name", "ai_provider_name", "note", "status", "usage_limits", "rate_limits", "expires_at", "reset_usage",
                                  "secret_mappings", "object")},
         {"slug": "emulated", "name": printed["name"], "ai_provider_name": "openai", "note": None, "status": "active", "usage_limits": None,
          "rate_limits": None, "expires_at": None, "reset_usage": None, "secret_mappings": [], "object": "virtual-key"})
    same(printed["masked_api_key"], "sk*******" + PROVIDER_KEY[-2:])
    same(printed["model_config"], {"customHost": PROVIDER_URL})
    assert PROVIDER_KEY not in text


@check("api_keys: create")
def _():
    r = admin.api_keys.create(type="workspace", sub_type="service", name="Python key", workspace_id=made["workspace"],
                              scopes=["completions.write", "models.list"])
    assert r.key and len(r.key) >= 32, "no key"
    same(r.object, "api-key")
    made["key_id"], made["key"] = r.id, r.key


@check("api_keys: the new key works, in its workspace only")
def _():
    c = Portkey(api_key=made["key"], base_url=URL)
    r = raises(vendored.AuthenticationError, lambda: c.chat.completions.create(model="@python-made/gpt-4o", messages=ask("x")))
    assert "Invalid API key" in str(r), "the provider refuses the key of this integration, not the gateway"
    raises(vendored.BadRequestError, lambda: c.chat.completions.create(model="@emulated/gpt-4o", messages=ask("x")), "emulated")


@check("api_keys: retrieve is masked")
def _():
    r = admin.api_keys.retrieve(id=made["key_id"])
    same((r.id, r.name, r.type, r.status), (made["key_id"], "Python key", "workspace-service", "active"))
    same(sorted(r.scopes), ["completions.write", "models.list"])
    same(r.key, made["key"][:2] + "*******" + made["key"][-2:])


@check("api_keys: list")
def _():
    r = admin.api_keys.list(workspace_id=made["workspace"])
    same([k["id"] for k in r.data], [made["key_id"]])


@check("api_keys: update")
def _():
    admin.api_keys.update(id=made["key_id"], name="Python key, renamed", scopes=["models.list"])
    r = admin.api_keys.retrieve(id=made["key_id"])
    same((r.name, r.scopes), ("Python key, renamed", ["models.list"]))
    c = Portkey(api_key=made["key"], base_url=URL)
    raises(vendored.PermissionDeniedError, lambda: c.chat.completions.create(model="@python-made/gpt-4o", messages=ask("x")))


@check("api_keys: every field of a key of a user, and null clears it")
def _():
    r = admin.api_keys.create(
        type="workspace", sub_type="user", name="Python user key", description="of a user", workspace_id=made["workspace"],
        user_id="0a1b2c3d-0000-4000-8000-00000000abcd", scopes=["completions.write"],
        rate_limits=[{"type": "requests", "unit": "rpm", "value": 10}],
        usage_limits={"credit_limit": 2.5, "alert_threshold": 1, "periodic_reset": "weekly"},
        defaults={"metadata": {"team": "python"}, "config_id": "0A1B2C3D-0000-4000-8000-00000000abcd"},
        expires_at="2099-01-01T00:00:00Z", alert_emails=["a@example.com"], rotation_policy={"rotation_period": "monthly"})
    k = admin.api_keys.retrieve(id=r.id)
    same((k.type, k.user_id, k.description), ("workspace-user", "0a1b2c3d-0000-4000-8000-00000000abcd", "of a user"))
    same(k.rate_limits, [{"type": "requests", "unit": "rpm", "value": 10}])
    same(k.usage_limits["credit_limit"], 2.5)
    same(k.defaults["config_id"], "0a1b2c3d-0000-4000-8000-00000000abcd")
    same((k.expires_at, k.reset_usage), ("2099-01-01T00:00:00.000Z", 0))
    admin.api_keys.update(id=r.id, usage_limits=None, rate_limits=None, defaults=None, expires_at=None, rotation_policy=None)
    k = admin.api_keys.retrieve(id=r.id)
    same((k.usage_limits, k.rate_limits, k.defaults, k.expires_at), (None, [], {"metadata": {}, "config_id": None}, None))
    same(k.description, "of a user", "what was not named")
    admin.api_keys.delete(id=r.id)
    raises(sdk.NotFoundError, lambda: admin.api_keys.retrieve(id=r.id))


@check("api_keys: keys of the organisation")
def _():
    r = admin.api_keys.create(type="organisation", sub_type="service", name="Python admin", scopes=["workspaces.list"])
    c = Portkey(api_key=r.key, base_url=URL)
    assert c.admin.workspaces.list().total >= 2
    raises(sdk.PermissionDeniedError, lambda: c.api_keys.list())
    same(admin.api_keys.retrieve(id=r.id).type, "organisation-service")
    assert r.id in [k["id"] for k in admin.api_keys.list(page_size=100, current_page=0).data]
    admin.api_keys.delete(id=r.id)
    raises(sdk.AuthenticationError, lambda: c.admin.workspaces.list())


@check("api_keys: a rotated key works with both secrets, under one id")
def _():
    r = rest("POST", "/api-keys/" + made["key_id"] + "/rotate")
    same(sorted(r), ["id", "key", "key_transition_expires_at"])
    same(r["id"], made["key_id"])
    for key in (made["key"], r["key"]):
        assert Portkey(api_key=key, base_url=URL).models.list() is not None
    raises(sdk.BadRequestError, lambda: admin.post("/api-keys/" + made["key_id"] + "/rotate"))
    made["old_key"], made["key"] = made["key"], r["key"]


@check("api_keys and admin.workspaces: the asynchronous client")
def _():
    async def run():
        c = AsyncPortkey(api_key=ADMIN_KEY, base_url=URL)
        w = await c.admin.workspaces.create(name="Async team", users=[])
        await c.admin.workspaces.update(workspace_id=w.slug, description="changed")
        same((await c.admin.workspaces.retrieve(workspace_id=w.id)).description, "changed")
        same([x.id for x in (await c.admin.workspaces.list(exact_name="Async team")).data], [w.id])
        k = await c.api_keys.create(type="workspace", sub_type="service", name="k", workspace_id=w.id, scopes=[])
        await c.api_keys.update(id=k.id, name="renamed")
        same((await c.api_keys.retrieve(id=k.id)).name, "renamed")
        same([x["id"] for x in (await c.api_keys.list(workspace_id=w.slug)).data], [k.id])
        await c.api_keys.delete(id=k.id)
        await c.admin.workspaces.delete(workspace_id=w.id, name="Async team")
        archived = await c.admin.workspaces.list(exact_name="Async team", status="archived")
        same([x.id for x in archived.data], [w.id])
    asyncio.run(run())


@check("admin.workspaces: defaults are cleared by null, and names with an icon delete")
def _():
    w = admin.admin.workspaces.create(name="🐍 Snakes", defaults={"metadata": {"a": "b"}, "input_guardrails": ["pg-one"]})
    r = admin.admin.workspaces.retrieve(workspace_id=w.id)
    same((r.name, r.icon, r.defaults["input_guardrails"]), ("🐍 Snakes", "🐍", ["pg-one"]))
    admin.admin.workspaces.update(workspace_id=w.id, defaults=None)
    same(admin.admin.workspaces.retrieve(workspace_id=w.id).defaults, None)
    raises(sdk.BadRequestError, lambda: admin.admin.workspaces.delete(workspace_id=w.id, name="another"))
    admin.admin.workspaces.delete(workspace_id=w.id, name="🐍 Snakes")


@check("audit logs: what was done is in them, and no key")
def _():
    r = rest("GET", "/audit-logs?start_time=2000-01-01T00:00:00Z&end_time=2100-01-01T00:00:00Z&resource_type=api_key&action=rotate")
    same([(x["method"], x["response_status_code"], x["resource_id"]) for x in r["records"]][:1], [("POST", 200, made["key_id"])])
    for key in (made["key"], made["old_key"]):
        assert key not in str(r), "the audit log holds a key"


@check("api_keys: delete ends the key at once")
def _():
    admin.api_keys.delete(id=made["key_id"])
    raises(sdk.NotFoundError, lambda: admin.api_keys.retrieve(id=made["key_id"]))
    c = Portkey(api_key=made["key"], base_url=URL)
    raises(vendored.AuthenticationError, lambda: c.models.list())
    raises(vendored.AuthenticationError, lambda: Portkey(api_key=made["old_key"], base_url=URL).models.list())


@check("a workspace key may not administer the organisation")
def _():
    raises(sdk.PermissionDeniedError, lambda: app.admin.workspaces.create(name="x"))
    raises(sdk.PermissionDeniedError, lambda: app.api_keys.create(
        type="organisation", sub_type="service", name="x", scopes=["workspaces.create"]))
    raises(sdk.APIStatusError, lambda: app.integrations.update(slug="emulated", name="mine now"))


@check("a workspace key stores integrations in its own workspace only")
def _():
    r = app.integrations.create(name="x", slug="python-local", ai_provider_id="openai", key="sk-local-0123456789",
                                workspace_id=made["workspace"])
    got = app.integrations.retrieve(slug=r.slug)
    same((got.type, got.workspace_id), ("workspace", default_workspace()))
    assert "python-local" not in [p.slug for p in admin.providers.list(workspace_id=made["workspace"]).data]
    app.integrations.delete(slug=r.slug)


@check("integrations: delete, then retrieve is a 404")
def _():
    admin.integrations.delete(slug="python-made")
    raises(sdk.NotFoundError, lambda: admin.integrations.retrieve(slug="python-made"))
    same(admin.virtual_keys.list(workspace_id=made["workspace"]).total, 0, "virtual keys left")


@check("admin.workspaces: delete, then retrieve is a 403")
def _():
    admin.admin.workspaces.delete(workspace_id=made["workspace"], name="Python people")
    raises(sdk.PermissionDeniedError, lambda: admin.admin.workspaces.retrieve(workspace_id=made["workspace"]))


run()
