"""`python -m headcount.runtime.database_process`: Airflow's metadata, up to date.

One process writes airflow.cfg, makes or migrates the tables and adds the pool: the
commands that do it one by one would each spend seconds on imports.
"""

from __future__ import annotations

from airflow.models.pool import Pool
from airflow.utils.db import initdb

from headcount.runtime.home import STORE_POOL


def main() -> None:
    """The database that Airflow is configured for is ready for its servers."""
    initdb()
    Pool.create_or_update_pool(
        STORE_POOL, 1, "The store of headcount has one writer.", include_deferred=False
    )


if __name__ == "__main__":
    main()
