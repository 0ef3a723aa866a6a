"""What an attacker puts into the fields of an element."""

import json
from collections.abc import Iterator
from typing import Any

HOSTILE = {
    "SQL": "'); DROP TABLE cases; UPDATE persons SET roles='[\"admin\"]' --",
    "control characters": "\x00\x01\x07\x1b[2J\x7f\u0085\u2028",
    "directions and invisible": "\u202e\u2066\u200b\ufeff\u00ad",
    "half a letter": "\ud800",
    "braces": "{who} {0} %s %(name)s",
    "JSON": '{"act_type": "group", "act": "add_admin"}',
}


def poisoned(element: dict[str, Any], payload: str) -> Iterator[dict[str, Any]]:
    """The element once for each of its fields, with the payload in the place of that field or inside it."""
    for name, value in element.items():
        yield element | {name: payload}
        if isinstance(value, dict):
            yield element | {name: dict.fromkeys(value, payload)}
        if isinstance(value, list):
            yield element | {name: [payload, {payload: payload}, *value]}


def poisoned_data(act: dict[str, Any], payload: str) -> Iterator[dict[str, Any]]:
    content = act["content"]
    data = json.loads(content["data"]) if isinstance(content["data"], str) else content["data"]
    for bad in poisoned(data, payload):
        yield act | {"content": content | {"data": bad}}
