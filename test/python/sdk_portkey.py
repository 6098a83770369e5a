"""The portkey-ai package: the gateway and every admin resource there is."""

from checks import *
from portkey_ai import Portkey
from portkey_ai.api_resources import exceptions as sdk
from portkey_ai._vendor import openai as vendored

admin = Portkey(api_key=ADMIN_KEY, base_url=URL)
app = Portkey(api_key=WORKSPACE_KEY, base_url=URL, provider="@emulated")
claude = Portkey(api_key=WORKSPACE_KEY, base_url=URL, provider="@emulated-anthropic")
made = {}  # what earlier checks made and later ones use


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


@check("api_keys: delete ends the key at once")
def _():
    admin.api_keys.delete(id=made["key_id"])
    raises(sdk.NotFoundError, lambda: admin.api_keys.retrieve(id=made["key_id"]))
    c = Portkey(api_key=made["key"], base_url=URL)
    raises(vendored.AuthenticationError, lambda: c.models.list())


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
