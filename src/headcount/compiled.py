"""Loops over arrays, compiled to machine code by Numba.

For what NumPy can only say in many passes. A compiled function holds no lock of
Python's, so that several may run at once; whole numbers in it wrap around as in C.

What was compiled is kept beside the source, or in the user's cache where that may not
be written, so that a later process only loads it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba import types

F = TypeVar("F", bound=Callable[..., Any])

U32S = types.Array(types.uint32, 1, "C", readonly=True)
U64S = types.Array(types.uint64, 1, "C", readonly=True)
I32S = types.Array(types.int32, 1, "C", readonly=True)
I64S = types.Array(types.int64, 1, "C", readonly=True)
BOOLS = types.Array(types.boolean, 1, "C", readonly=True)
"""Arrays that are read: mapped files, and any other."""

NEW_U32S = types.Array(types.uint32, 1, "C")
NEW_U64S = types.Array(types.uint64, 1, "C")
NEW_I32S = types.Array(types.int32, 1, "C")
NEW_I64S = types.Array(types.int64, 1, "C")
NEW_BOOLS = types.Array(types.boolean, 1, "C")
NEW_U64_ROWS = types.Array(types.uint64, 2, "C")
"""Arrays that are written."""

INT, WORD, NOTHING = types.int64, types.uint64, types.void


def compiled(result: types.Type, *arguments: types.Type) -> Callable[[F], F]:
    """The function, compiled for arguments of these types, and for no others."""

    def compile_it(function: F) -> F:
        signature = result(*arguments)
        try:
            made = numba.njit(signature, nogil=True, cache=True)(function)
        except RuntimeError:  # there is no folder that it could be kept in
            made = numba.njit(signature, nogil=True)(function)
        return cast("F", made)

    return compile_it
