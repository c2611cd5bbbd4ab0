"""Every route, every method, every kind of person: the list is the app's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from tests.console.routes import METHODS, RIGHTS, STRANGER, allowed, routes
from tests.console.site import app_of, used_by


@pytest.mark.parametrize("role", [STRANGER, "viewer", "user", "op"])
def test_route_is_for_whom_it_should_be(role: str, url: str) -> None:
    with used_by(url, role) as site:
        for method, path in routes():
            answer = site.client.request(method, f"/headcount{path}")
            assert allowed(method, path, role, answer.status_code), (
                f"{method} {path} as {role}: {answer.status_code}"
            )


def test_stranger_is_told_nothing(url: str) -> None:
    with used_by(url, STRANGER) as site:
        for _, path in routes():
            text = site.get(path).text
            assert "Buyers" not in text
            assert "token" not in text


def test_every_route_says_which_right_it_needs(tmp_path: Path) -> None:
    for route in _api_routes(tmp_path):
        names = [str(one.call) for one in route.dependant.dependencies]
        assert any("needs.<locals>.require" in name for name in names), route.path
        assert any("admit" in name for name in names), route.path


def test_no_documentation_is_served(url: str) -> None:
    with used_by(url) as site:
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert site.get(path).status_code == 404


def test_routes_are_only_ours(tmp_path: Path) -> None:
    found = {(m, r.path) for r in _api_routes(tmp_path) for m in r.methods}

    assert found == set(RIGHTS)
    assert {method for method, _ in found} <= set(METHODS)


def _api_routes(folder: Path) -> Iterator[APIRoute]:
    console = app_of(folder).routes[-1].app
    for route in console.routes:
        assert isinstance(route, APIRoute), route
        yield route
