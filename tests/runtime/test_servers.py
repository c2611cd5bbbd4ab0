"""Starting Airflow's processes says what went wrong, and leaves none behind."""

from __future__ import annotations

import pytest
from tests.processes import processes_of

from headcount.runtime.home import AirflowHome
from headcount.runtime.servers import ServerError, free_port, serving

pytestmark = pytest.mark.airflow


def test_a_database_that_cannot_be_migrated_is_told(tmp_path):
    home = AirflowHome(tmp_path / "airflow", tmp_path)
    nowhere = f"sqlite:///{tmp_path}/missing/airflow.db"

    with (
        pytest.raises(ServerError, match=r"migrate ended with 1; see .*migrate\.out"),
        serving(home, port=free_port(), AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=nowhere),
    ):
        pytest.fail("nothing is served")

    assert processes_of(home.folder) == []
