from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from headcount.definitions.destination_file import OPTIONS
from headcount.definitions.load import Registry
from headcount.definitions.settings import (
    Columns,
    DestinationSettings,
    Limits,
    Source,
    Subscription,
    System,
)
from headcount.destinations import walkme
from headcount.errors import DefinitionError
from headcount.project import (
    ConnectionSecrets,
    MissingConnectionError,
    NoProjectError,
    UnreadableConnectionError,
    check_folder,
    check_project,
    open_project,
)

MINIMAL = "systems:\n  crm: {timezone: Europe/Berlin}\n"
RULES = "system: crm\nrules: [event: a]\n"

# The example of interface.md §2.
EXAMPLE = """
systems:
  acme-crm:
    guid: 1e5afe51-2d2a-4b22-a60a-cf2d6c01d726
    timezone: America/New_York
    platform: web
    limits: {segments: 10, users: 50000, conditions: 5}
sources:
  - {name: app-log, system: acme-crm, path: landing/app/*.ndjson.gz, format: native}
  - name: clicks
    system: acme-crm
    path: landing/clicks/*.csv
    format: csv
    columns:
      {user_id: uid, event: action, timestamp: ts, event_id: id,
       properties: [item, amount]}
  - name: crm
    system: acme-crm
    path: landing/crm/*.csv
    format: csv
    records: attributes
    columns: {user_id: email, timestamp: updated, attributes: [plan, role, country]}
destinations:
  walkme: {type: walkme, connection: walkme_default, base_url: https://api.walkme.com}
  appcues: {type: appcues, connection: appcues_default, account_id: "94742", region: us}
  clevertap: {type: clevertap, connection: clevertap_default, region: in1}
  ops:
    type: walkme-notification
    connection: walkme_notify
    system_id: bcf4c7f5682b4aa6875a0fc9bdfa21ca
    template_id: 75cfcba6-c320-42cb-938e-4c2bd08a43a3
    on: entered
    enabled: false
segments: segments/
exports: {subscriptions: [{segment: stuck-trials, format: xlsx, every: day}]}
"""


def write_project(folder: Path, text: str = MINIMAL, **definitions: str) -> Path:
    """A project with a definition in each file, named after it."""
    (folder / "segments").mkdir(parents=True)
    (folder / "headcount.yaml").write_text(text)
    for stem, rest in definitions.items():
        path = folder / "segments" / f"{stem}.yaml"
        path.write_text(f"name: {stem}\n{rest}")
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project; the environment names none."""
    monkeypatch.delenv("HEADCOUNT_HOME", raising=False)
    return write_project(tmp_path / "project", a=RULES)


def test_the_example_of_the_interface_is_read(tmp_path: Path) -> None:
    settings = open_project(write_project(tmp_path / "p", EXAMPLE)).settings

    assert settings.systems["acme-crm"] == System(
        name="acme-crm",
        timezone=ZoneInfo("America/New_York"),
        guid="1e5afe51-2d2a-4b22-a60a-cf2d6c01d726",
        limits=Limits(10, 50_000, 5),
    )
    assert [source.name for source in settings.sources] == ["app-log", "clicks", "crm"]
    assert settings.sources[1].columns == Columns(
        user_id="uid",
        timestamp="ts",
        event="action",
        event_id="id",
        properties=("item", "amount"),
    )
    assert settings.destinations["ops"] == DestinationSettings(
        name="ops",
        type="walkme-notification",
        connection="walkme_notify",
        enabled=False,
        options={
            "system_id": ("bcf4c7f5-682b-4aa6-875a-0fc9bdfa21ca",),
            "template_id": "75cfcba6-c320-42cb-938e-4c2bd08a43a3",
            "on": ("entered",),
        },
    )
    assert settings.subscriptions == (Subscription("stuck-trials", "xlsx", "day"),)


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    text = (
        "systems: {crm: {}}\n"
        "sources: [{name: s, system: crm, path: '*.ndjson', format: native}]\n"
    )

    settings = open_project(write_project(tmp_path / "p", text)).settings

    assert settings.systems["crm"] == System("crm", ZoneInfo("UTC"))
    assert settings.sources == (Source("s", "crm", "*.ndjson", "native"),)
    assert settings.sources[0].max_ahead == timedelta(days=1)
    assert (settings.segments_folder, settings.destinations) == ("segments", {})


def test_null_is_no_limit(tmp_path: Path) -> None:
    text = (
        "systems: {crm: {limits: {segments: null, users: 7}}}\n"
        "sources:\n"
        "  - {name: s, system: crm, path: x, format: native, max_ahead: null}\n"
        "  - {name: t, system: crm, path: x, format: native, max_ahead: 2 hours}\n"
    )

    settings = open_project(write_project(tmp_path / "p", text)).settings

    assert settings.systems["crm"].limits == Limits(None, 7, 5)
    assert [s.max_ahead for s in settings.sources] == [None, timedelta(hours=2)]


def test_numbers_of_options_are_python_numbers(tmp_path: Path) -> None:
    text = MINIMAL + (
        "destinations:\n"
        "  w:\n"
        "    {type: walkme, connection: c, max_batch: 9, empty_is_success: [204]}\n"
    )

    options = open_project(write_project(tmp_path / "p", text)).settings.destinations

    assert options["w"].options == {"max_batch": 9, "empty_is_success": (204,)}
    assert type(options["w"].options["max_batch"]) is int


def test_the_options_of_walkme_are_those_of_its_adapter() -> None:
    assert set(OPTIONS["walkme"]) == {field.name for field in fields(walkme.Profile)}


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:9"])
def test_an_address_on_this_machine_is_a_stand_in(tmp_path: Path, host: str) -> None:
    text = MINIMAL + (
        "destinations:\n"
        f"  w: {{type: walkme, connection: c, base_url: 'http://{host}'}}\n"
    )

    settings = open_project(write_project(tmp_path / "p", text)).settings

    assert settings.destinations["w"].options["stand_in"] is True


@pytest.mark.parametrize(
    ("text", "size"), [("4 GB", 4 * 2**30), ("512MB", 2**29), ("null", None)]
)
def test_memory_is_a_size(tmp_path: Path, text: str, size: int | None) -> None:
    (tmp_path / "headcount.yaml").write_text(
        f"systems: {{crm: {{}}}}\nmemory: {text}\n"
    )

    assert open_project(tmp_path).settings.memory_bytes == size


@pytest.mark.parametrize("text", ["100 MB", "4", "50%", "4 GiB", "[4 GB]"])
def test_memory_that_is_no_size_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "headcount.yaml").write_text(
        f"systems: {{crm: {{}}}}\nmemory: {text}\n"
    )

    with pytest.raises(DefinitionError, match="a size like 4 GB, from 256 MB on"):
        open_project(tmp_path)


def test_all_faults_of_the_file_are_raised_at_once(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path / "p", "systems: {crm: {timezone: Mars}}\nsegs: a\n"
    )

    with pytest.raises(DefinitionError) as raised:
        open_project(folder)

    assert [(fault.file, fault.path) for fault in raised.value.faults] == [
        ("headcount.yaml", "$.systems.crm.timezone"),
        ("headcount.yaml", "$.segs"),
    ]


def test_everything_lies_in_the_folder(project: Path) -> None:
    opened = open_project(project)

    assert opened.store_path == project / "warehouse" / "headcount.duckdb"
    assert opened.lock_path == project / "warehouse" / "headcount.duckdb.lock"
    assert opened.segments_folder == project / "segments"
    assert opened.snapshots_folder == project / "snapshots"
    assert opened.exports_folder == project / "exports"
    assert opened.analytics_path == project / "analytics.duckdb"


def test_the_folder_given_comes_first(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home = write_project(tmp_path / "home")
    here = write_project(tmp_path / "here")
    monkeypatch.chdir(here)

    assert open_project().folder == here
    monkeypatch.setenv("HEADCOUNT_HOME", str(at_home))
    assert open_project().folder == at_home
    assert open_project(project).folder == project


def test_no_project_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADCOUNT_HOME", raising=False)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(NoProjectError) as raised:
        open_project()

    assert str(raised.value) == (
        f"no headcount.yaml in {tmp_path} (the current folder). Name the project's "
        "folder with --project or HEADCOUNT_HOME, or make one with `headcount init`"
    )


def test_a_home_without_project_is_not_passed_over(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setenv("HEADCOUNT_HOME", str(tmp_path))

    with pytest.raises(NoProjectError, match="HEADCOUNT_HOME"):
        open_project()


@pytest.mark.parametrize(
    ("held", "secrets"),
    [
        (
            '{"login": "id", "password": "p", "host": "h", "port": 5, '
            '"extra": {"k": 1}}',
            ConnectionSecrets("c", "id", "p", "h", 5, {"k": 1}),
        ),
        (
            '{"login": "id", "extra": "{\\"k\\": 1}"}',
            ConnectionSecrets("c", "id", extra={"k": 1}),
        ),
        ('{"conn_type": "walkme"}', ConnectionSecrets("c")),
        (
            "walkme://id:p%40%2F%3A@h.example:5/x?k=v",
            ConnectionSecrets("c", "id", "p@/:", "h.example", 5, {"k": "v"}),
        ),
        (
            "walkme://:p@?__extra__=%7B%22k%22%3A+1%7D",
            ConnectionSecrets("c", "", "p", None, None, {"k": 1}),
        ),
    ],
)
def test_connections_come_from_the_environment(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    held: str,
    secrets: ConnectionSecrets,
) -> None:
    monkeypatch.setenv("HEADCOUNT_CONN_C", held)

    assert open_project(project).connection("c") == secrets


def test_a_missing_connection_names_its_variable(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADCOUNT_CONN_WALKME_DEFAULT", "")

    with pytest.raises(MissingConnectionError, match="HEADCOUNT_CONN_WALKME_DEFAULT"):
        open_project(project).connection("walkme-default")


@pytest.mark.parametrize(
    "held",
    [
        "hunter2-secret",
        '{"password": "hunter2-secret"',
        '{"password": ["hunter2-secret"]}',
        '{"password": "hunter2-secret", "port": "x"}',
        '{"password": "hunter2-secret", "extra": [1]}',
        '{"password": "hunter2-secret", "extra": "{"}',
        "walkme://id:hunter2-secret@h:notaport",
        "walkme://hunter2-secret@h?__extra__=[",
    ],
)
def test_no_error_repeats_a_secret(
    project: Path, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    monkeypatch.setenv("HEADCOUNT_CONN_C", held)

    with pytest.raises(UnreadableConnectionError, match="HEADCOUNT_CONN_C") as raised:
        open_project(project).connection("c")

    chain = [raised.value, raised.value.__cause__, raised.value.__context__]
    assert "hunter2" not in "".join(map(repr, chain)) + str(raised.value)


def test_secrets_are_not_in_the_repr() -> None:
    secrets = ConnectionSecrets("c", "login-x", "pass-x", "host-x", 5, {"k": "extra-x"})

    assert repr(secrets) == "ConnectionSecrets(name='c')"


def test_check_tells_faults_of_both_at_once(project: Path) -> None:
    (project / "headcount.yaml").write_text("systems: {crm: {timezone: Mars}}\n")
    (project / "segments" / "b.yaml").write_text("name: b\nsystem: crm\nrule: []\n")

    report = check_folder(project)

    assert report.project is None
    assert [each.file for each in report.definitions] == ["segments/a.yaml"]
    assert [(fault.file, fault.path) for fault in report.faults] == [
        ("headcount.yaml", "$.systems.crm.timezone"),
        ("segments/b.yaml", "$.rules"),
        ("segments/b.yaml", "$.rule"),
    ]


def test_check_tells_subscriptions_of_nothing(tmp_path: Path) -> None:
    text = f"{MINIMAL}exports:\n  subscriptions:\n"
    for segment in ("stuck", "stukc", "orphan"):
        text += f"    - {{segment: {segment}, format: csv, every: day}}\n"
    folder = write_project(tmp_path / "p", text, stuck=RULES)

    report = check_folder(folder, registry=Registry(systems={"orphan": "crm"}))

    assert list(map(str, report.faults)) == [
        "headcount.yaml:6: $.exports.subscriptions[1].segment: "
        "found the unknown segment 'stukc'; "
        "wanted the id of a segment of this project; did you mean 'stuck'?"
    ]


def test_check_of_files_tells_of_these_only(project: Path) -> None:
    (project / "segments" / "b.yaml").write_text("name: b\n")
    (project / "segments" / "c.yaml").write_text(f"name: A\n{RULES}")
    opened = open_project(project)

    report = check_project(opened, files=[project / "segments" / "c.yaml"])

    assert report.definitions == ()
    assert [(fault.file, fault.path) for fault in report.faults] == [
        ("segments/c.yaml", "$.name")
    ]


def test_a_draft_takes_the_place_of_the_file_it_edits(
    project: Path, tmp_path: Path
) -> None:
    draft = tmp_path / "a.yaml"
    draft.write_text("name: a\nsystem: crm\nrules: [{segment: b}]\n")
    (project / "segments" / "b.yaml").write_text(f"name: b\n{RULES}")

    report = check_project(open_project(project), files=[draft])

    assert report.faults == ()
    assert [each.definition.rules[0].segment for each in report.definitions] == ["b"]  # type: ignore[union-attr]


def test_a_file_that_is_missing_is_a_fault(project: Path) -> None:
    report = check_folder(project, files=[project / "segments" / "no.yaml"])

    assert [(fault.file, fault.found) for fault in report.faults] == [
        (
            "segments/no.yaml",
            "a file that cannot be read (No such file or directory)",
        )
    ]


def test_the_sample_project_is_sound() -> None:
    sample = Path(__file__).parents[1] / "data"

    assert check_folder(sample).faults == ()


CHECK = """
import json, pathlib, sys
from headcount.project import check_folder
report = check_folder(pathlib.Path(sys.argv[1]))
heavy = {"airflow", "polars", "duckdb", "httpx", "pyarrow", "jsonschema"}
found = [len(report.definitions), len(report.faults), sorted(heavy & set(sys.modules))]
print(json.dumps(found))
"""


def test_check_imports_nothing_heavy(project: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", CHECK, str(project)],
        check=True,
        capture_output=True,
        text=True,
    )

    assert json.loads(result.stdout) == [1, 0, []]
