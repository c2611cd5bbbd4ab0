"""What dags/README.md tells a person to ask and to set is there."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from tests.dags.conftest import TICK

from headcount import pipeline
from headcount.project import open_project
from headcount.provider import OPTIONS
from headcount.resources import folder
from headcount.store.published import open_published

PAGE = (folder("dags") / "README.md").read_text(encoding="utf-8")


def block(kind):
    [body] = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return body


def test_the_product_s_own_metrics_can_be_asked(project):
    project.land("first", ("ann", "buy", TICK - timedelta(hours=1)))
    opened = open_project(project.folder)
    pipeline.run_tick(opened, at=TICK, now=TICK, push=False)

    with open_published(opened.analytics_path) as published:
        [answer] = published.query(block("sql")).to_dicts()

    assert answer["failed"] == answer["refused_files"] == answer["held"] == 0
    assert answer["tick_age_s"] > 0


def test_settings_are_those_that_airflow_is_told_of():
    set_ = re.findall(r"^(\w+) = ", block("ini"), re.MULTILINE)

    assert set_ == list(OPTIONS)


def test_metrics_are_airflow_s():
    spec = find_spec("airflow")
    template = "_shared/observability/metrics/metrics_template.yaml"
    known = (Path(spec.origin).parent / template).read_text(encoding="utf-8")
    table = PAGE.split("## What to watch")[1].split("What Airflow cannot know")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]

    assert len(names) > 10
    for name in names:
        parts = name.split(".")
        stems = {".".join(parts[:n]) for n in range(1, len(parts) + 1)}
        assert any(f'name: "{stem}"' in known for stem in stems), name
