"""The plain openai package against the gateway: base URL and key alone."""

import openai
import pydantic
from checks import *

client = openai.OpenAI(base_url=URL, api_key=WORKSPACE_KEY, max_retries=0)
MODELS = {"openai": "@emulated/gpt-4o-mini", "anthropic": "@emulated-anthropic/claude-sonnet-4-5"}


def dialects(name):
    """Registers a check for each kind of provider."""

    def register(fn):
        for kind, model in MODELS.items():
            check(f"{kind}: {name}")(lambda model=model: fn(model))
        return fn

    return register


@dialects("chat answers with usage")
def _(model):
    r = client.chat.completions.create(model=model, messages=ask("say hello"), max_tokens=50)
    same(r.choices[0].message.content, HELLO)
    same(r.choices[0].message.role, "assistant")
    same(r.choices[0].finish_reason, "stop")
    same(r.object, "chat.completion")
    same((r.usage.prompt_tokens, r.usage.completion_tokens, r.usage.total_tokens), (21, 9, 30), "usage")


@dialects("chat names its ledger entry")
def _(model):
    raw = client.chat.completions.with_raw_response.create(model=model, messages=ask("say hello"))
    same(len(raw.headers["x-claviger-entry-id"]), 36, "length of the entry id")


@dialects("stream without include_usage carries no usage")
def _(model):
    s = client.chat.completions.create(model=model, messages=ask("say hello"), stream=True)
    chunks = list(s)
    text, _, _, finish = assemble(chunks)
    same(text, HELLO)
    same(finish, "stop")
    if model == MODELS["openai"]:
        assert all(c.usage is None for c in chunks), "a chunk has usage nobody asked for"
        assert all(c.choices for c in chunks), "a chunk has no choices"


@dialects("stream with include_usage carries usage")
def _(model):
    s = client.chat.completions.create(
        model=model, messages=ask("say hello"), stream=True, stream_options={"include_usage": True})
    text, _, usage, _ = assemble(s)
    same(text, HELLO)
    same((usage.prompt_tokens, usage.completion_tokens), (21, 9), "usage")


@dialects("tools are called")
def _(model):
    r = client.chat.completions.create(model=model, messages=ask("weather in Rome"), tools=[tool()])
    call = r.choices[0].message.tool_calls[0]
    same(r.choices[0].finish_reason, "tool_calls")
    same((call.type, call.function.name, call.function.arguments), ("function", "get_weather", '{"city":"Rome"}'))


@dialects("tools are called in a stream")
def _(model):
    s = client.chat.completions.create(model=model, messages=ask("weather in Rome"), tools=[tool()], stream=True)
    _, calls, _, finish = assemble(s)
    same(calls, [("get_weather", '{"city":"Rome"}')])
    same(finish, "tool_calls")


@dialects("a tool's result is taken")
def _(model):
    first = client.chat.completions.create(model=model, messages=ask("weather in Rome"), tools=[tool()])
    message = first.choices[0].message
    r = client.chat.completions.create(model=model, tools=[tool()], messages=ask("weather in Rome") + [
        message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "sunny"},
    ])
    same(r.choices[0].message.content, "It is sunny in Rome.")


class City(pydantic.BaseModel):
    city: str
    degrees: int


@dialects("structured output is parsed")
def _(model):
    r = client.chat.completions.parse(model=model, messages=ask("Rome as JSON"), response_format=City)
    same(r.choices[0].message.parsed, City(city="Rome", degrees=21))


@dialects("structured output is parsed from a stream")
def _(model):
    with client.chat.completions.stream(model=model, messages=ask("Rome as JSON"), response_format=City) as s:
        same(s.get_final_completion().choices[0].message.parsed, City(city="Rome", degrees=21))


@dialects("the provider's 429 stays a 429")
def _(model):
    err = raises(openai.RateLimitError,
                 lambda: client.chat.completions.create(model=model, messages=ask("fail with 429")),
                 "Rate limit reached, says the emulator")
    same(err.response.headers.get("retry-after"), "7", "Retry-After")


@dialects("the provider's 500 stays a 500")
def _(model):
    err = raises(openai.InternalServerError,
                 lambda: client.chat.completions.create(model=model, messages=ask("fail with 500")),
                 "The emulator had an error")
    same(err.status_code, 500, "status")


@dialects("the provider's error in a streamed call is an ordinary error")
def _(model):
    raises(openai.RateLimitError,
           lambda: client.chat.completions.create(model=model, messages=ask("fail with 429"), stream=True))


@check("embeddings")
def _():
    r = client.embeddings.create(model="@emulated/text-embedding-3-small", input="keeper of the keys", encoding_format="float")
    same(r.data[0].embedding, [0.25, -0.5, 0.75])


@check("completions")
def _():
    r = client.completions.create(model="@scripted/ok", prompt="say hello", max_tokens=5)
    same(r.choices[0].text, "scripted answer")
    same(r.usage.total_tokens, 18, "tokens")


@check("embeddings in the form that is asked for unsaid")
def _():
    r = client.embeddings.create(model="@emulated/text-embedding-3-small", input="keeper of the keys")
    same(r.data[0].embedding, [0.25, -0.5, 0.75])


@check("a base URL without the version is told apart")
def _():
    stray = openai.OpenAI(base_url=URL.removesuffix("/v1"), api_key=WORKSPACE_KEY, max_retries=0)
    raises(openai.NotFoundError, lambda: stray.chat.completions.create(model="@emulated/gpt-4o-mini", messages=ask("x")),
           "the API is below /v1")


@check("models are listed for a workspace key")
def _():
    same(client.models.list().object, "list")


@check("models of a provider are listed")
def _():
    ids = [m.id for m in client.models.list(extra_headers={"x-portkey-provider": "@emulated"}).data]
    assert any("gpt-4o" in i for i in ids), ids


@check("the provider can be named by header")
def _():
    r = client.chat.completions.create(model="gpt-4o-mini", messages=ask("say hello"),
                                       extra_headers={"x-portkey-provider": "@emulated"})
    same(r.choices[0].message.content, HELLO)


@check("an unknown slug is a 400 that names it")
def _():
    raises(openai.BadRequestError,
           lambda: client.chat.completions.create(model="@nobody/gpt-4o", messages=ask("say hello")), "nobody")


@check("a model without a provider is a 400")
def _():
    raises(openai.BadRequestError,
           lambda: client.chat.completions.create(model="gpt-4o", messages=ask("say hello")))


@check("a wrong key is a 401")
def _():
    bad = openai.OpenAI(base_url=URL, api_key="wrong-key-of-nobody", max_retries=0)
    raises(openai.AuthenticationError,
           lambda: bad.chat.completions.create(model=MODELS["openai"], messages=ask("say hello")), "Invalid API Key")


@check("an organisation key is a 403 that says which key to use")
def _():
    admin = openai.OpenAI(base_url=URL, api_key=ADMIN_KEY, max_retries=0)
    raises(openai.PermissionDeniedError,
           lambda: admin.chat.completions.create(model=MODELS["openai"], messages=ask("say hello")), "workspace")


run()
