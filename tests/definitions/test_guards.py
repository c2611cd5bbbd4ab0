from __future__ import annotations

from pathlib import Path

from headcount.definitions.project_file import read_project_file
from headcount.definitions.settings import Guard, Guards

PROJECT = """\
systems: {crm: {}}
destinations:
  hook: {type: webhook, connection: c, base_url: "https://hooks.acme.example/in"}
"""


def guards(text: str, folder: Path) -> Guards:
    path = folder / "headcount.yaml"
    path.write_text(PROJECT + text, encoding="utf-8")
    settings, _ = read_project_file(path)
    return settings.guards


def test_guard_is_there_when_nothing_is_said(tmp_path: Path) -> None:
    assert guards("", tmp_path).of("hook", "trials") == Guard()
    assert Guard() == Guard(0.2, 0.05, 100, emptied=True, first_push=10_000)


def test_narrower_place_goes_before_the_wider(tmp_path: Path) -> None:
    said = guards(
        "guard:\n  removed: 0.1\n  first_push: null\n"
        "  destinations: {hook: {removed: 0.3, min_members: 5}}\n"
        "  segments: {trials: {removed: 0.5}}\n",
        tmp_path,
    )

    assert said.of("hook", "trials") == Guard(0.5, min_members=5, first_push=None)
    assert said.of("hook", "others") == Guard(0.3, min_members=5, first_push=None)
    assert said.of("other", "others") == Guard(0.1, first_push=None)


def test_null_is_no_guard(tmp_path: Path) -> None:
    off = Guard(None, None, emptied=False, first_push=None)

    assert guards("guard: null", tmp_path).of("hook", "trials") == off
    one = guards("guard: {segments: {trials: null}}", tmp_path)
    assert [one.of("hook", "trials"), one.of("hook", "others")] == [off, Guard()]
