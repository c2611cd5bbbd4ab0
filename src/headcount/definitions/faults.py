"""Pydantic's errors as faults of a file: the one place that knows both.

Source of the wording: segments.md §1, "file, line, the path inside the file, what was
found, what is accepted, and the nearest valid word".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from headcount.definitions.mistakes import (
    Keys,
    MissingKeyError,
    MistakeError,
    UnknownKeyError,
    describe,
)
from headcount.definitions.yaml_reader import Document
from headcount.errors import Fault


def faults_of(error: ValidationError, document: Document) -> tuple[Fault, ...]:
    """The faults that `error` tells of `document`, those of its YAML left out."""
    places = [(_keys(document.tree, each), each) for each in error.errors()]
    told = [
        _fault(document, keys, each)
        for keys, each in places
        if _is_of_a_key(each) or not document.is_told(keys)
    ]
    return tuple(dict.fromkeys(told))


def _mistake(error: Any) -> MistakeError | None:
    mistake = error.get("ctx", {}).get("error")
    return mistake if isinstance(mistake, MistakeError) else None


def _is_of_a_key(error: Any) -> bool:
    """Whether the key is wrong, so that what the YAML says of its value is another."""
    return isinstance(_mistake(error), UnknownKeyError)


def _fault(document: Document, keys: Keys, error: Any) -> Fault:
    mistake = _mistake(error)
    if error["type"] == "missing":
        mistake = MissingKeyError()
    if mistake is None:
        mistake = MistakeError(found=describe(error["input"]), wanted=error["msg"])
    return document.fault(
        keys, found=mistake.found, wanted=mistake.wanted, nearest=mistake.nearest
    )


def _keys(tree: Any, error: Any) -> Keys:
    """The way through the file of a pydantic location.

    Steps that are not in the file are left out: the names of kinds of rules, and the
    operator that a shorthand stands for. A key that is missing is the last step.
    """
    keys: list[str | int] = []
    for step in error["loc"]:
        if _has(tree, step):
            keys.append(step)
            tree = tree[step]
    is_missing = isinstance(_mistake(error), MissingKeyError)
    if is_missing or error["type"] == "missing":
        keys.append(error["loc"][-1])
    return tuple(keys)


def _has(node: Any, step: str | int) -> bool:
    if isinstance(node, dict):
        return step in node
    return isinstance(node, list) and isinstance(step, int) and step < len(node)


def sorted_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """By file, line and path, each once."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda f: (f.file, f.line, f.path)))
