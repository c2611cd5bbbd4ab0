"""Which right each route of the console needs, and what everybody else is answered."""

from __future__ import annotations

from collections.abc import Iterator

from headcount.console.access import Right

STRANGER = "nobody"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

RIGHTS = {
    ("GET", "/"): Right.READ,
    ("GET", "/table.{file_format}"): Right.EXPORT,
    ("GET", "/segments/{segment_id}"): Right.READ,
    ("GET", "/segments/{segment_id}/changes"): Right.READ,
    ("GET", "/segments/{segment_id}/overlap"): Right.READ,
    ("GET", "/segments/{segment_id}/why"): Right.READ,
    ("POST", "/segments/{segment_id}/exports"): Right.EXPORT,
    ("POST", "/segments/{segment_id}/delete"): Right.DELETE,
    ("POST", "/segments/{segment_id}/approve"): Right.APPROVE,
    ("GET", "/build"): Right.BUILD,
    ("POST", "/build/rules"): Right.BUILD,
    ("POST", "/build/yaml"): Right.BUILD,
    ("POST", "/build/calculate"): Right.BUILD,
    ("POST", "/build/review"): Right.BUILD,
    ("POST", "/build/save"): Right.BUILD,
    ("GET", "/exports"): Right.READ,
    ("GET", "/exports/{export_id}"): Right.EXPORT,
    ("GET", "/static/{fingerprint}/{name}"): Right.READ,
}
ROLES = {
    "viewer": {Right.READ},
    "user": {Right.READ, Right.BUILD, Right.EXPORT},
    "op": set(Right),
}
EXAMPLES = {
    "{segment_id}": "buyers",
    "{export_id}": "0" * 24,
    "{file_format}": "csv",
    "{fingerprint}": "-",
    "{name}": "console.css",
}


def routes() -> Iterator[tuple[str, str]]:
    """Every method at every path, with an example in each gap."""
    for template in dict.fromkeys(path for _, path in RIGHTS):
        for method in METHODS:
            yield method, _filled(template)


def allowed(method: str, path: str, role: str, status: int) -> bool:
    """Whether the answer is right; forms come without their token, so none is taken."""
    rights = {(m, _filled(template)): right for (m, template), right in RIGHTS.items()}
    right = rights.get((method, path))
    if right is None:
        return status in {401, 404, 405}
    if role == STRANGER:
        return status == 401
    if right not in ROLES[role] or method == "POST":
        return status == 403
    return status in {200, 404, 422}


def _filled(template: str) -> str:
    for gap, example in EXAMPLES.items():
        template = template.replace(gap, example)
    return template
