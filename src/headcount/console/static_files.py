"""Style, scripts and their licence, for whoever may see a page that needs them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from headcount.console.access import Right, needs
from headcount.console.pages import STATIC

router = APIRouter(dependencies=[needs(Right.READ)])

NAMES = frozenset(path.name for path in STATIC.iterdir())
FOREVER = "private, max-age=31536000, immutable"


@router.get("/static/{fingerprint}/{name}")
def static_file(fingerprint: str, name: str) -> FileResponse:
    """One file; its fingerprint is in the address, so it may be kept for good."""
    del fingerprint
    if name not in NAMES:
        raise HTTPException(404, "no such file")
    return FileResponse(STATIC / name, headers={"Cache-Control": FOREVER})
