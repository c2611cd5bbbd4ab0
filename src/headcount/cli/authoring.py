"""`check`, `preview`, `plan`: what a definition means before it is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headcount.cli.failures import DONE, MISUSED, error_to_json
from headcount.cli.session import At, Session, command
from headcount.errors import DefinitionError, Fault

if TYPE_CHECKING:
    from rich.console import RenderableType

    from headcount.definitions.load import LoadedDefinition
    from headcount.definitions.times import DateRange
    from headcount.evaluate.preview import Preview
    from headcount.project import CheckReport
    from headcount.rules.compile import Leaf


def check(
    session: Session,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Only these; default: all."),
    ] = None,
) -> int:
    """Check headcount.yaml and the definitions: all faults at once, no data needed."""
    from headcount.cli.warnings import unseen_if_free, warn
    from headcount.project import check_folder, project_folder

    folder = project_folder(session.shared.folder)
    report = check_folder(folder, files=[_placed(file, folder) for file in files or ()])
    moment = session.now.replace(microsecond=0)
    document: dict[str, Any] = {
        "segments": [
            _definition_to_json(each, report, moment) for each in report.definitions
        ],
        "faults": [asdict(fault) for fault in report.faults],
        "warnings": [],
    }
    if report.project is not None:
        definitions = [each.definition for each in report.definitions]
        document |= warn(session, unseen_if_free(report.project, definitions))
    if report.faults:
        document |= error_to_json(DefinitionError(list(report.faults)))
    session.answer(document, lambda: _findings(document["segments"], report.faults))
    return MISUSED if report.faults else DONE


def preview(
    session: Session,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A definition.", show_default=False)
    ],
    at: At = None,
) -> int:
    """Calculate a definition: its exact size now, and that of each condition alone."""
    from headcount.cli.warnings import warn
    from headcount.evaluate.preview import preview as calculate
    from headcount.pipeline.survey import load_file_beside, open_to_look
    from headcount.store.unseen import unseen_beside

    instant = session.instant(at) or session.now
    project = session.project
    with open_to_look(project) as warehouse, session.progress("Calculating"):
        definition = load_file_beside(project, warehouse, _placed(file, project.folder))
        found = calculate(warehouse, definition, project.settings.systems, at=instant)
        unseen = unseen_beside(warehouse, [definition])
    document = found.to_json() | warn(session, unseen)
    session.answer(document, lambda: _calculation(found))
    return DONE


def plan(
    session: Session,
    segments: Annotated[
        Path | None,
        typer.Option(
            "--segments",
            metavar="DIR",
            help="Definitions to compare with; default: the project's own.",
        ),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As a comment for a pull request.")
    ] = False,
    at: At = None,
) -> int:
    """Show what an edit would do: who would enter and leave; changes nothing."""
    from headcount.cli.proposals import in_markdown, proposal_page
    from headcount.cli.warnings import warn
    from headcount.pipeline.planning import plan_edit

    with session.progress("Evaluating"):
        planned = plan_edit(
            session.project,
            segments_folder=segments,
            at=session.instant(at),
            now=session.now,
        )
    session.answer(
        planned.to_json() | warn(session, planned.unseen),
        lambda: [in_markdown(planned)] if markdown else proposal_page(planned),
    )
    return MISUSED if planned.faults else DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    for function in (check, preview, plan):
        app.command(rich_help_panel="Write definitions")(command(function))


def _placed(file: Path, folder: Path) -> Path:
    """The file as named from here, else as named from the project's folder."""
    return file if file.exists() else folder / file


def _definition_to_json(
    each: LoadedDefinition, report: CheckReport, at: datetime
) -> dict[str, Any]:
    from headcount.rules.words import definition_in_words

    definition = each.definition
    return {
        "segment_id": definition.id,
        "file": each.file,
        "name": definition.name,
        "rules": definition_in_words(definition),
        "ranges": list(_ranges(each, report, at)),
    }


def _ranges(
    each: LoadedDefinition, report: CheckReport, at: datetime
) -> Iterator[dict[str, Any]]:
    """Each different range of the definition, in words and with its bounds at `at`.

    Without a sound project file the time zone is not known, and so no bounds are.
    """
    from headcount.rules.bounds import bounds_to_json
    from headcount.rules.compile import compile_definition, leaves
    from headcount.rules.ranges import resolve
    from headcount.rules.words import range_bounds_in_words

    if report.project is None:
        return
    tz = report.project.settings.systems[each.definition.system].timezone
    found = map(_range_of, leaves(compile_definition(each.definition).root))
    for date_range in dict.fromkeys(one for one in found if one is not None):
        bounds = resolve(date_range, at, tz)
        words = range_bounds_in_words(date_range, bounds, tz)
        yield {"words": words, **bounds_to_json(bounds)}


def _range_of(leaf: Leaf) -> DateRange | None:
    """The range a leaf looks at; all the periods of one that counts periods."""
    from headcount.definitions.times import Duration, Last
    from headcount.rules.compile import ActivePeriods, FirstEver, Measured, Ordered

    match leaf:
        case Measured() | FirstEver() | Ordered():
            return leaf.date_range
        case ActivePeriods(active=active):
            every = active.every
            return Last(Duration(active.of * every.amount, every.unit))
        case _:
            return None


def _findings(
    segments: Sequence[dict[str, Any]], faults: Sequence[Fault]
) -> Iterator[RenderableType]:
    from headcount.cli.terminal import indented, plural

    for segment in segments:
        yield f"{segment['file']}: {segment['segment_id']}"
        yield indented(f"users who each {segment['rules']}")
        for found in segment["ranges"]:
            yield indented(found["words"])
    for fault in faults:
        yield str(fault)
    sound = plural(len(segments), "definition")
    yield f"{sound} sound, {plural(len(faults), 'fault')}"


def _calculation(found: Preview) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural, printable, table, to_words

    yield f"{plural(found.members, 'member')} at {to_words(found.at)}"
    yield ""
    yield table(
        ["condition alone", ("members", "right")],
        ((condition.rule, condition.members) for condition in found.conditions),
    )
    if found.sample:
        yield ""
        yield f"for example {', '.join(map(printable, found.sample))}"
