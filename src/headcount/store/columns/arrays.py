"""The types of arrays, as the columns and those who read them name them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Whole = npt.NDArray[np.signedinteger[Any]]
Index = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
AnyArray = npt.NDArray[Any]
