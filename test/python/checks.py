"""Runs checks one after another and prints one line for each.

A line is "ok NAME", or "FAIL NAME", a tab and the reason. The program ends with status 1 when
any check failed.
"""

import os
import sys
import traceback

URL = os.environ["CLAVIGER_URL"] + "/v1"
ADMIN_KEY = os.environ["ADMIN_KEY"]
WORKSPACE_KEY = os.environ["WORKSPACE_KEY"]
PROVIDER_KEY = os.environ["PROVIDER_KEY"]
PROVIDER_URL = os.environ["PROVIDER_URL"]

HELLO = "Hello from the emulator, in several words."

_checks = []


def check(name):
    """Registers the function below as a check."""

    def register(fn):
        _checks.append((name, fn))
        return fn

    return register


def same(got, want, what="value"):
    assert got == want, f"{what} is {got!r}, want {want!r}"


def raises(kind, call, *contains):
    """Wants an error of a kind whose text holds all of contains."""
    try:
        call()
    except kind as err:
        text = str(err)
        for part in contains:
            assert part in text, f"{part!r} is not in {text!r}"
        return err
    raise AssertionError(f"no {kind.__name__}")


def run():
    """Runs all checks in the order they were written."""
    failed = 0
    for name, fn in _checks:
        try:
            fn()
            print(f"ok {name}", flush=True)
        except Exception as err:  # every failure becomes a line
            failed += 1
            where = traceback.extract_tb(err.__traceback__)[-1]
            text = " ".join(f"{type(err).__name__}: {err}".split())
            print(f"FAIL {name}\t{text} ({where.name}:{where.lineno})", flush=True)
    sys.exit(failed > 0)


def tool():
    return {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }


def ask(text):
    return [{"role": "user", "content": text}]


def assemble(stream):
    """Joins a chat stream: text, tool calls as (name, arguments), usage, finish."""
    text, calls, usage, finish = "", {}, None, None
    for chunk in stream:
        if getattr(chunk, "usage", None):
            usage = chunk.usage
        if not chunk.choices:
            continue
        choice = chunk.choices[0]
        finish = choice.finish_reason or finish
        delta = choice.delta
        text += getattr(delta, "content", None) or ""
        for c in getattr(delta, "tool_calls", None) or []:
            name, args = calls.get(c.index, ("", ""))
            fn = c.function
            calls[c.index] = (name + (fn.name or ""), args + (fn.arguments or ""))
    return text, [calls[i] for i in sorted(calls)], usage, finish
