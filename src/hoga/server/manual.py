"""The pages of the bridge: / says what this is, and /docs shows the routes as their description has them.

They load nothing and run no script.
"""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""What a browser may do with the page: show it."""

_STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h2 { margin-top: 2rem; border-top: 1px solid #ddd; padding-top: 1rem; font-size: 1.1rem; }
code, pre { font-family: monospace; background: #f4f4f4; } pre { padding: .6rem; overflow-x: auto; }
td, th { text-align: left; padding: .1rem 1rem .1rem 0; vertical-align: top; }
.get { color: #06c; } .post { color: #a40; }
"""


def front() -> str:
    """The page of whoever opens the address by itself."""
    return _whole(
        "호가 브리지",
        "<h1>호가 브리지 / Hoga's bridge</h1>"
        "<p>한국 주식 시세, 계좌, 주문을 위한 서버입니다. "
        "A server for Korean stock prices, an account and its orders.</p>"
        '<p><a href="/docs">/docs</a> 쓰는 법 / how to use it</p>'
        '<p><a href="/v1/health">/v1/health</a> 매매해도 되는지 / whether it is safe to trade</p>',
    )


def page(description: Mapping[str, Any]) -> str:
    """The page of an OpenAPI description."""
    routes = "".join(
        _route(path, method, route)
        for path, methods in description["paths"].items()
        for method, route in methods.items()
    )
    parts = "".join(_part(name, part) for name, part in description["components"]["schemas"].items())
    return _whole(
        "호가 API",
        "<h1>호가 브리지 / Hoga's bridge</h1>"
        "<p>모든 /v1 요청에는 <code>Authorization: Bearer &lt;토큰&gt;</code> 헤더가 필요합니다. "
        "Every request to /v1 needs a token in its header. For programs: "
        '<a href="/openapi.json">/openapi.json</a>. 실시간 / live: WebSocket <code>/v1/stream</code>.</p>'
        f"{routes}<h1>말 / words</h1>{parts}",
    )


def _whole(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="ko"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"{body}</html>"
    )


def _route(path: str, method: str, route: Mapping[str, Any]) -> str:
    return "".join(
        (
            f'<h2><span class="{escape(method)}">{escape(method.upper())}</span> ',
            f"<code>{escape(path)}</code></h2>",
            f"<p>{escape(route.get('summary', ''))}</p>",
            f"<p>{escape(route.get('description', ''))}</p>" if route.get("description") else "",
            _arguments(route.get("parameters", ())),
            *_examples("본문 / body", route.get("requestBody", {}).get("content", {})),
            *(
                part
                for status, answer in route["responses"].items()
                for part in _answer(status, answer["content"])
            ),
            _problems(route["responses"]),
        )
    )


def _part(name: str, part: Mapping[str, Any]) -> str:
    """What answers of several routes have in them."""
    said = escape(part.get("description", ""))
    return f'<h2 id="{escape(name)}">{escape(name)}</h2><p>{said}</p>{_fields(part)}'


def _answer(status: str, content: Mapping[str, Any]) -> Iterator[str]:
    yield from _examples(f"응답 / answer {status}", content)
    if status.startswith("2"):
        yield from (_fields(each["schema"]) for each in content.values() if each.get("schema"))


def _problems(answers: Mapping[str, Any]) -> str:
    """Statuses of what may go wrong, each with what it means."""
    listed = "".join(
        f"<tr><td>{escape(status)}<td>{_kind(each['schema'])}<td>{escape(answer['description'])}"
        for status, answer in answers.items()
        for each in answer["content"].values()
        if not status.startswith("2")
    )
    return f"<details><summary>오류 / problems</summary><table>{listed}</table></details>"


def _fields(schema: Mapping[str, Any]) -> str:
    """A line for each field: its name, of what kind it is, and what it means."""
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{_kind(field)}<td>{escape(field.get('description', ''))}"
        for name, field in _named(schema)
    )
    return f"<table>{rows}</table>" if rows else ""


def _named(schema: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The fields of an answer, also those of what is inside it and has no name of its own."""
    for inner in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        for name, field in inner.get("properties", {}).items():
            yield before + name, field
            yield from _named(field, f"{before}{name}.")


def _kind(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"$ref": str(reference)}:
            name = escape(reference.rpartition("/")[2])
            return f'<a href="#{name}">{name}</a>'
        case {"anyOf": [*kinds]}:
            return ", ".join(map(_kind, kinds))
        case {"items": dict(item)}:
            return f"{_kind(item)} []"
        case {"enum": [*choices]}:
            return " | ".join(escape(json.dumps(each, ensure_ascii=False)) for each in choices)
        case {"type": [*kinds]}:
            return ", ".join(map(escape, kinds))
        case {"format": str(kind)} | {"type": str(kind)}:
            return escape(kind)
        case _:
            return ""


def _arguments(parameters: Any) -> str:
    if not parameters:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code><td>{escape(each['in'])}"
        f"<td>{'필수 / required' if each.get('required') else ''}<td>{escape(each.get('description', ''))}"
        f"<td><code>{escape(str(each.get('example', '')))}</code>"
        for each in parameters
    )
    return f"<table>{rows}</table>"


def _examples(title: str, content: Mapping[str, Any]) -> Iterator[str]:
    for described in content.values():
        example = described.get("example")
        if example is None:
            example = _example_of(described.get("schema", {}))
        if example:
            text = json.dumps(example, ensure_ascii=False, indent=2)
            yield f"<p>{escape(title)}</p><pre>{escape(text)}</pre>"


def _example_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A body made of the examples, defaults and first choices of its fields."""
    found = {}
    for name, field in schema.get("properties", {}).items():
        if field.get("examples"):
            found[name] = field["examples"][0]
        elif field.get("enum"):
            found[name] = field.get("default", field["enum"][0])
    return found
