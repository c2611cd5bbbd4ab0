from __future__ import annotations

import dataclasses
import re
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from headcount import destinations
from headcount.definitions.destination_file import OPTIONS
from headcount.definitions.settings import DestinationSettings
from headcount.destinations.errors import CredentialsError, MisconfiguredError
from headcount.destinations.load import VENDORS, load_destination
from headcount.standins.process import StandIn

LOGIN = StandIn("walkme", "https://api.walkme.com", 0)


def test_destination_is_what_its_type_says() -> None:
    settings = DestinationSettings("main", "walkme", options={"max_batch": 7})

    with closing(load_destination(settings, LOGIN)) as destination:
        assert destination.name == "main"
        assert destination.abilities.max_batch == 7
        assert destination.abilities.can_replace


def test_unknown_type_is_told_its_neighbour() -> None:
    settings = DestinationSettings("main", "walkmee")

    with pytest.raises(MisconfiguredError, match="did you mean 'walkme'"):
        load_destination(settings, LOGIN)


def test_login_without_password_is_refused() -> None:
    settings = DestinationSettings("main", "walkme")
    nobody = dataclasses.replace(LOGIN, password="")

    with pytest.raises(CredentialsError, match="the password is missing"):
        load_destination(settings, nobody)


@pytest.mark.parametrize("kind", VENDORS)
def test_project_file_knows_the_options_of_every_adapter(kind: str) -> None:
    profile = import_module(f"headcount.destinations.{kind}").Profile

    assert set(OPTIONS[kind]) == {field.name for field in dataclasses.fields(profile)}


@pytest.mark.parametrize("kind", VENDORS)
def test_every_setting_is_explained(kind: str) -> None:
    folder = Path(destinations.__file__).parent
    page = (folder / "README.md").read_text(encoding="utf-8")
    _, _, part = page.partition(f"\n## {kind}\n")
    explained = set(re.findall(r"`(\w+)`", part.partition("\n## ")[0]))

    assert set(OPTIONS[kind]) - {"base_url", "stand_in"} <= explained
