"""The canary hunt through a whole Airflow: secrets go to the vendor only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.secrets_search import find_in_files, forms_of

from headcount.standins.process import LOGIN, PASSWORD, running_standin
from headcount.standins.walkme import TOKEN_PREFIX

from .conftest import TICK

pytestmark = pytest.mark.airflow

CANARIES = forms_of(PASSWORD) | forms_of(f"{LOGIN}:{PASSWORD}") | {TOKEN_PREFIX}
STRICT = """\
  strict:
    {{type: walkme, connection: walkme_default, base_url: {url}, stand_in: true}}
segments: segments/
"""


def test_no_file_of_project_or_airflow_holds_a_secret(bench, home):
    with running_standin(
        "walkme", options=("--password", "of-somebody-else")
    ) as strict:
        settings = bench.folder / "headcount.yaml"
        with_strict = STRICT.format(url=strict.url)
        settings.write_text(
            settings.read_text().replace("segments: segments/\n", with_strict)
        )
        lookers = (bench.folder / "segments" / "lookers.yaml").read_text()
        bench.project.define("lookers", lookers.replace("[walkme]", "[walkme, strict]"))
        bench.run("evaluate_segments")
        bench.walkme.order("expired-token", "500-after", "lost-reply", "html")

        first = bench.run("push_memberships")
        bench.project.land("more", ("zoe", "buy", TICK + timedelta(minutes=1)))
        bench.run("evaluate_segments", TICK + timedelta(minutes=15))
        bench.run("push_memberships", TICK + timedelta(minutes=15))
        bench.run("maintain_warehouse")

    assert first.state == "failed"
    assert bench.walkme.read_members("buyers") == ["ann", "zoe"]
    assert find_in_files(CANARIES, bench.folder, home.folder) == []


def test_search_finds_what_is_there(bench, home):
    bench.run("evaluate_segments")
    bench.run("push_memberships")
    (bench.folder / "leak.txt").write_text(f"Bearer {TOKEN_PREFIX}abc")

    found = find_in_files(
        [TOKEN_PREFIX, "stuck-nobody", "lookers"], bench.folder, home.folder
    )

    suffixes = {path.suffix for each, path in found if each == "lookers"}
    assert [p.name for each, p in found if each == TOKEN_PREFIX] == ["leak.txt"]
    assert {".duckdb", ".db", ".log"} <= suffixes
