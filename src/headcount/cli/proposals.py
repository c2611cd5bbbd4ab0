"""How `plan` shows what an edit would do: in a terminal, and in a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from headcount.cli.terminal import change, indented, plural, printable, table, to_words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from headcount.evaluate.proposal import SegmentProposal
    from headcount.pipeline.planning import PlannedEdit, PushPreview

SHOWN = 5


def proposal_page(planned: PlannedEdit) -> Iterator[RenderableType]:
    """A table of all segments, then the users, reasons and pushes behind it."""
    proposal = planned.proposal
    if not proposal.segments and not planned.faults:
        yield "No segments: nothing would change."
        return
    yield table(
        [
            "segment",
            "edit",
            "then",
            ("now", "right"),
            ("then", "right"),
            ("in", "right"),
            ("out", "right"),
        ],
        (
            (
                one.segment_id,
                one.edit,
                one.status,
                one.members,
                one.would_have,
                change(len(one.entered), "+"),
                change(len(one.exited), "-"),
            )
            for one in proposal.segments
        ),
    )
    for one in proposal.segments:
        yield from _details(one, [p for p in planned.pushes if _is_of(p, one)])
    for fault in planned.faults:
        yield f"faulty: {fault}"
    yield f"\nas of {to_words(proposal.at)}; nothing was changed"


def in_markdown(planned: PlannedEdit) -> str:
    """The same for a pull request: a heading, a table, and what needs a person."""
    changed = [one for one in planned.proposal.segments if _matters(one, planned)]
    quiet = len(planned.proposal.segments) - len(changed)
    lines = [
        f"### headcount plan, as of {to_words(planned.proposal.at)}",
        "",
        *_markdown_table(changed, planned),
    ]
    if quiet:
        lines += [f"{plural(quiet, 'segment')} would stay as {_they(quiet)}.", ""]
    lines += [
        f"- **{one.segment_id}** {one.edit if one.edit == 'refused' else one.status}: "
        f"{_escaped(one.reason)}"
        for one in changed
        if one.reason
    ]
    lines += [f"- **faulty** {_escaped(str(fault))}" for fault in planned.faults]
    return "\n".join(lines).rstrip()


def _details(
    one: SegmentProposal, pushes: Sequence[PushPreview]
) -> Iterator[RenderableType]:
    lines = [
        *([one.reason] if one.reason else []),
        *([f"would enter: {_some(one.entered)}"] if one.entered else []),
        *([f"would leave: {_some(one.exited)}"] if one.exited else []),
        *(_push_in_words(push) for push in pushes if _is_change(push)),
    ]
    if lines:
        yield f"\n{one.segment_id}"
        yield from map(indented, lines)


def _markdown_table(
    changed: Sequence[SegmentProposal], planned: PlannedEdit
) -> list[str]:
    if not changed:
        return ["Nothing would change.", ""]
    rows = [
        "| segment | edit | status | members | enter | leave | push |",
        "|---|---|---|--:|--:|--:|---|",
    ]
    for one in changed:
        pushes = [p for p in planned.pushes if _is_of(p, one) and _is_change(p)]
        sizes = f"{_count(one.members)} → {_count(one.would_have)}"
        sent = "; ".join(map(_push_in_words, pushes)) or "none"
        rows.append(
            f"| {one.segment_id} | {one.edit} | {one.status} | {sizes} "
            f"| {len(one.entered):,} | {len(one.exited):,} | {sent} |"
        )
    return [*rows, ""]


def _matters(one: SegmentProposal, planned: PlannedEdit) -> bool:
    return (
        one.edit != "unchanged"
        or one.status == "Failed"
        or bool(one.entered or one.exited)
        or any(_is_of(push, one) and _is_change(push) for push in planned.pushes)
    )


def _is_of(push: PushPreview, one: SegmentProposal) -> bool:
    return push.segment_id == one.segment_id


def _is_change(push: PushPreview) -> bool:
    return bool(push.is_new or push.add or push.remove)


def _push_in_words(push: PushPreview) -> str:
    verb = "create and add" if push.is_new else "add"
    sent = (
        f"{push.destination}: {verb} {push.add:,}, remove {push.remove:,}, "
        f"at least {plural(push.requests, 'request')}"
    )
    held = f"; held: {'; '.join(push.held)}" if push.held else ""
    return sent + held + (f". {push.side_effects}" if push.side_effects else "")


def _some(users: Sequence[str]) -> str:
    shown = ", ".join(map(printable, users[:SHOWN]))
    more = len(users) - SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def _count(members: int | None) -> str:
    return "none" if members is None else f"{members:,}"


def _they(count: int) -> str:
    return "it is" if count == 1 else "they are"


def _escaped(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("\n", " ")
