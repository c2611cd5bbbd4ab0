"""`why`: the truth of every condition for one user, with what decided it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import At, SegmentArgument, Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.tree import Tree

    from headcount.evaluate.why import Explanation, Node


def why(
    session: Session,
    segment: SegmentArgument,
    user: Annotated[
        str, typer.Argument(metavar="USER", help="Exact text.", show_default=False)
    ],
    at: At = None,
) -> int:
    """Explain why a user is or is not a member, now or at any past instant."""
    from headcount.evaluate.why import explain
    from headcount.pipeline.survey import open_to_look, require_evaluated

    project = session.project
    instant = session.instant(at)
    with open_to_look(project) as warehouse, session.progress("Looking"):
        registered, newest = require_evaluated(project, warehouse, segment)
        found = explain(
            warehouse,
            registered,
            user,
            project.settings.systems,
            at=instant or newest,
        )
    session.answer(found.to_json(), lambda: _explanation(found))
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    app.command(rich_help_panel="Look at segments")(command(why))


def _explanation(found: Explanation) -> Iterator[RenderableType]:
    from headcount.cli.terminal import printable, to_words

    user, at = printable(found.user_id), to_words(found.at)
    place = f"{found.segment_id} at {at} (version {found.version})"
    if found.is_member:
        yield f"{user} is in {place}, since {to_words(found.entered_at)}"
    else:
        yield f"{user} is not in {place}"
    yield _tree(_trunk(found.tree))
    if found.is_member != found.tree.holds:
        yield (
            "The log says otherwise than the membership told then: events that came "
            "later never rewrite a told tick."
        )


def _trunk(root: Node) -> Node:
    """The only rule of a segment that has one: the root would say the same again."""
    only = root.rules[0] if len(root.rules) == 1 else root
    says_the_same = (only.rule, only.holds) == (root.rule, root.holds)
    return only if says_the_same else root


def _tree(node: Node) -> Tree:
    from rich.tree import Tree

    root = Tree(_label(node), guide_style="dim")
    _grow(root, node)
    return root


def _grow(branch: Tree, node: Node) -> None:
    from rich.text import Text

    from headcount.evaluate.evidence_words import evidence_lines

    for line in evidence_lines(node.evidence):
        branch.add(Text(line, style="dim"))
    for inner in node.rules:
        _grow(branch.add(_label(inner)), inner)


def _label(node: Node) -> RenderableType:
    from rich.text import Text

    from headcount.cli.terminal import printable

    mark, style = ("✓", "green") if node.holds else ("✗", "red")
    return Text.assemble((f"{mark} ", f"bold {style}"), printable(node.rule))
