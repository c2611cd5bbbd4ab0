import pytest

from headcount.resources import folder
from headcount.store.warehouse import Warehouse

QUERIES = sorted(path.stem for path in (folder("sql") / "catalog").glob("*.sql"))
PARAMS = {
    "standings": {"at": None},
    "versions": {"segment_id": "a"},
    "sizes": {"segment_id": "a", "until": None},
    "stays": {"segment_id": "a", "user_id": "u"},
}


@pytest.mark.parametrize("name", QUERIES)
def test_query_gives_nothing_when_store_is_new(name: str) -> None:
    with Warehouse.in_memory() as warehouse:
        assert warehouse.rows(f"catalog/{name}", PARAMS.get(name)) == []
