"""The API explained, from its own description; loads nothing from anywhere else."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comptoir import conf
from comptoir.web.api import keys
from comptoir.web.api.routes import HEADER, api


def documents(request: HttpRequest) -> HttpResponse:
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    operations = [
        _operation(method, path, one, schema)
        for path, methods in schema["paths"].items()
        for method, one in methods.items()
    ]
    context = {
        "operations": operations,
        "scopes": keys.SCOPES,
        "address": conf.current().address,
        "header": HEADER,
        "replayed": "Idempotency-Replayed: true",
    }
    return render(request, "api/documents.html", context)


def _operation(
    method: str, path: str, one: dict[str, Any], schema: dict[str, Any]
) -> dict[str, Any]:
    summary = one["summary"]
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "method": method.upper(),
        "path": path,
        "summary": _(summary),
        "about": _coded(one.get("description", "")),
        "parameters": [
            {"name": each["name"], "in": each["in"], "required": each.get("required", False)}
            for each in one.get("parameters", [])
        ],
        "fields": _fields(body.get("schema", {}), schema),
    }


def _fields(told: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a body, those of its list's items with their path."""
    known = schema["components"]["schemas"].get(told.get("$ref", "").rpartition("/")[2], {})
    found = []
    for name, each in known.get("properties", {}).items():
        needed = name in known.get("required", [])
        about = _coded(each.get("description", ""))
        found.append({"name": name, "type": _type(each), "required": needed, "about": about})
        if each.get("type") == "array" and "$ref" in each.get("items", {}):
            inner = _fields(each["items"], schema)
            found += [{**one, "name": f"{name}[].{one['name']}"} for one in inner]
    return found


def _coded(text: str) -> SafeString:
    """Text with what stands between backticks as code."""
    return SafeString(re.sub(r"`([^`]+)`", r"<code>\1</code>", conditional_escape(text)))


def _type(told: dict[str, Any]) -> str:
    if "anyOf" in told:
        return " | ".join(_type(one) for one in told["anyOf"])
    if "enum" in told:
        return " | ".join(f"“{one}”" for one in told["enum"])
    return str(told.get("format") or told.get("type", "object"))
