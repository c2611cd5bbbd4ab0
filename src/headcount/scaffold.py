"""What `headcount init` writes: a small project that checks and runs as it is."""

from __future__ import annotations

from pathlib import Path

from headcount.errors import ProjectExistsError

PROJECT = """\
# A headcount project: whose events, where they land, where memberships go.
# `headcount check` reads this file and every definition, and lists all faults at once.

systems:
  my-product:                # one product whose users you segment
    timezone: UTC            # what `today`, `last week` and plain dates mean here
    # guid: 00000000-0000-0000-0000-000000000000   # its WalkMe system GUID, if any
    # limits: {segments: 10, users: 50000, conditions: 5}   # null = no limit

sources:
  # native: one JSON object a line, plain, .gz or .zst. Times are ISO 8601, or epoch.
  #   {"event_id": "1", "user_id": "ann", "event": "login",
  #    "timestamp": "2026-05-01T09:00:00Z", "properties": {"device": "phone"}}
  #   {"type": "attributes", "user_id": "ann",
  #    "timestamp": "2026-05-01T09:00:00Z", "attributes": {"plan": "trial"}}
  - {name: events, system: my-product, path: "landing/*.ndjson*", format: native}
  # A CSV with columns of its own:
  # - name: clicks
  #   system: my-product
  #   path: landing/*.csv
  #   format: csv
  #   columns:
  #     {user_id: uid, event: action, timestamp: ts, event_id: id, properties: [item]}

# Where memberships are pushed. Secrets stay out of this file: they are in Airflow's
# connections, or in HEADCOUNT_CONN_WALKME_DEFAULT='{"login": "…", "password": "…"}'.
# destinations:
#   walkme:
#     {type: walkme, connection: walkme_default, base_url: https://api.walkme.com}

# A push that is larger than this waits until `headcount approve SEGMENT`. These are the
# defaults; null is no threshold, and in place of a mapping no guard.
# guard:
#   removed: 0.2              # more than this share of a segment would be taken out
#   after_empty_ingest: 0.05  # the same, while no new row has come in
#   min_members: 100          # smaller segments are not measured by shares
#   emptied: true             # nobody would be left
#   first_push: 10000         # a new segment there would get more users
#   destinations: {walkme: {first_push: 50000}}      # others here
#   segments: {active-last-week: {removed: 0.5}}     # and here, which goes first

segments: segments/          # the folder of definitions

# exports:
#   keep: 30 days              # after nobody has asked for a file for so long
#   subscriptions:
#     - {segment: active-last-week, format: csv, every: day}

# Snapshots are kept for so long, then the last of each day; null is for ever. Nothing
# is lost with one: memberships of the past are in the store.
# snapshots: {keep: 30 days, keep_daily: null}

# What one command or task may take; beyond it the disk is used. null: half the machine.
# memory: 4 GB
"""

DEFINITION = """\
# One file, one segment; its id is the file's name. Before anything is kept,
#   headcount preview segments/active-last-week.yaml     shows its size now,
# and afterwards
#   headcount why active-last-week USER                  why a user is in it or not.
name: Active last week
description: Everyone with at least one event in the last 7 days
system: my-product
date_range: last 7 days
rules:
  - event: "*"               # any event; or a name, or [several, "that.begin.*"]
    # where: {device: phone} # only events with this property
    # count: {gte: 3}        # at least three of them
"""

IGNORED = """\
# What headcount makes by itself from the files above.
/warehouse/
/snapshots/
/exports/
/analytics.duckdb
/airflow/
/landing/*
!/landing/.gitkeep
"""

FILES = {
    "headcount.yaml": PROJECT,
    "segments/active-last-week.yaml": DEFINITION,
    "landing/.gitkeep": "",
    ".gitignore": IGNORED,
}


def write_project(folder: Path) -> list[Path]:
    """The files of a new project in `folder`, which is made when missing.

    Files that are there already stay as they are. Raises ProjectExistsError when the
    folder is a project.
    """
    if (folder / "headcount.yaml").exists():
        raise ProjectExistsError(folder)
    written = []
    # The project file last: with it the folder becomes a project.
    for name in sorted(FILES, key="headcount.yaml".__eq__):
        path = folder / name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[name], encoding="utf-8")
        written.append(path)
    return written
