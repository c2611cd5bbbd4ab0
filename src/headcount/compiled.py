"""Loops over arrays, compiled to machine code by Numba.

For what NumPy can only say in many passes. A compiled function holds no lock of
Python's, so that several may run at once; whole numbers in it wrap around as in C.

What was compiled is kept beside the source, or in the user's cache where that may not
be written. Loading Numba and what is kept takes a third of a second all the same, so
it is put off until a loop is called.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

READ, WRITTEN = "Array({}, 1, 'C', True)", "Array({}, 1, 'C')"

U32S, U64S, I32S, I64S, BOOLS = map(
    READ.format, ("uint32", "uint64", "int32", "int64", "boolean")
)
"""Arrays that are read: mapped files, and any other."""

NEW_U32S, NEW_U64S, NEW_I32S, NEW_I64S, NEW_BOOLS = map(
    WRITTEN.format, ("uint32", "uint64", "int32", "int64", "boolean")
)
NEW_U64_ROWS = "Array(uint64, 2, 'C')"
"""Arrays that are written."""

INT, WORD, NOTHING = "int64", "uint64", "void"


def compiled(result: str, *arguments: str) -> Callable[[F], F]:
    """The function, compiled for arguments of these types, and for no others."""
    signature = f"{result}({', '.join(arguments)})"

    def put_off(function: F) -> F:
        made: list[Callable[..., Any]] = []

        @wraps(function)
        def call(*values: Any) -> Any:
            if not made:
                made.append(_compile(function, signature))
            return made[0](*values)

        return cast("F", call)

    return put_off


def part_of_compiled(function: F) -> F:
    """The function, for compiled functions of the same file to call."""
    import numba  # noqa: PLC0415 - see above

    return cast("F", numba.njit(function))


def _compile(function: Callable[..., Any], signature: str) -> Callable[..., Any]:
    import numba  # noqa: PLC0415 - see above

    try:
        made = numba.njit(signature, nogil=True, cache=True)(function)
    except RuntimeError:  # there is no folder that it could be kept in
        made = numba.njit(signature, nogil=True)(function)
    Haste.is_over = True
    return cast("Callable[..., Any]", made)


class Haste:
    """While little is done, NumPy has done it before Numba is loaded."""

    is_over = False
    rows_left = 20_000_000

    @classmethod
    def holds(cls, rows: int) -> bool:
        """Whether NumPy does these rows, too."""
        cls.rows_left -= rows
        return cls.rows_left >= 0 and not cls.is_over
