"""WalkMe Workstation notifications, by now "desktop/mobile menu" ones.

Source: vendors.md §2, and the pages N1-N3 it names. The article that describes the call
links to its address without naming it, and nothing is said of its answers: the path and
what counts as success are settings. Two calls of one body are two notifications as far
as is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from headcount.definitions.settings import Filling
from headcount.definitions.times import Duration
from headcount.destinations.answers import require_success
from headcount.destinations.base import Login
from headcount.destinations.errors import MisconfiguredError, UnknownOutcomeError
from headcount.destinations.http import PATIENT, Answer, Timeouts
from headcount.destinations.notifier import A_DAY, Manner, Notice, Notifier
from headcount.destinations.oauth import AuthorisedClient, connect_authorised
from headcount.destinations.profile import read_profile
from headcount.destinations.secrecy import ignore_secret
from headcount.rules.ranges import after, instant_of

NO_SUCH_CALL = frozenset({404, 405, 501})
UTC_ZONE = ZoneInfo("UTC")
When = datetime | date | Duration


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Profile:
    """How WalkMe is taken to work, and who is told of what; all may be set."""

    # O [N1]: a template of the Communication Center, and who is told.
    template_id: str
    on: tuple[str, ...]
    # O [N3]. Hosts of the other data centres: NOT FOUND.
    base_url: str = "https://api.walkme.com"
    # Allows http and this machine, for a rehearsal against `headcount standins`.
    stand_in: bool = False
    # O [W3][W4].
    token_path: str = "/accounts/connect/token"  # noqa: S105 - a path
    # NOT FOUND: the article links to it. By the pattern of the Segments API.
    path: str = "/public/v1/notification"
    # INF: the method cannot be read in the article.
    method: Literal["POST", "PUT"] = "POST"
    # O [N1]: only of accounts with several Workstation systems, a call for each.
    system_id: tuple[str, ...] = ()
    # O [N1]: the one that is printed has none.
    hyphenate_system: bool = False
    # O [N1]: users a call. Above 10 an audience is advised.
    max_batch: Annotated[int, Field(ge=1, le=100)] = 100
    # O [N1]: named instead of users, or beside them.
    audience_ids: tuple[str, ...] = ()
    # O [N1]: what is left out has WalkMe's default: push, now, in 30 days.
    notification_type: Literal["push", "popup"] | None = None
    title: str | None = None
    runtime_title: str | None = None
    runtime_description: str | None = None
    start: When | None = None
    end: When | None = None
    # O [N1]: the key is NAME for ###NAME###.
    overrides: tuple[tuple[str, Filling], ...] = ()
    # NOT FOUND: what an answer holds. Silence is taken for success, a page is not.
    empty_is_success: tuple[int, ...] = (200, 201, 202, 204)
    # Ours: see `Manner`.
    to: tuple[str, ...] = ()
    first: Literal["skip", "notify"] = "skip"
    again: Literal["always", "never"] | Duration = "always"
    within: Duration = A_DAY
    most: Annotated[int, Field(ge=1)] = 10_000
    unanswered: Literal["leave", "repeat"] = "leave"

    def manner(self) -> Manner:
        """What `sync` must know of it."""
        return Manner(
            told_of=self.on,
            system_ids=self.system_id or (None,),
            recipients=self.to,
            audience=bool(self.audience_ids),
            overrides=self.overrides,
            first=self.first == "notify",
            again=self.again,
            within=self.within,
            most=self.most,
            repeats=self.unanswered == "repeat",
            ends_at=self._ends_at,
            max_batch=self.max_batch,
        )

    @property
    def _ends_at(self) -> datetime | None:
        if self.end is None or isinstance(self.end, Duration):
            return None
        return instant_of(self.end, UTC_ZONE)


class WalkMeNotification(Notifier):
    """The notifications of one account, by one template."""

    def __init__(self, api: AuthorisedClient, profile: Profile) -> None:
        self.name = api.http.destination
        self.manner = profile.manner()
        self._api = api
        self._profile = profile

    @classmethod
    def connect(
        cls,
        name: str,
        *,
        options: Mapping[str, Any],
        login: Login,
        elapsed_s: Callable[[], float],
        on_secret: Callable[[str], None] = ignore_secret,
        timeouts: Timeouts = PATIENT,
    ) -> Self:
        """The adapter for one entry of headcount.yaml; nothing is sent yet.

        Raises MisconfiguredError for an option it does not know or cannot be right,
        CredentialsError for a login that cannot be one.
        """
        profile = read_profile(name, Profile, options)
        api = connect_authorised(
            name,
            profile,
            login=login,
            elapsed_s=elapsed_s,
            on_secret=on_secret,
            timeouts=timeouts,
        )
        return cls(api, profile)

    @staticmethod
    def read_manner(name: str, options: Mapping[str, Any]) -> Manner:
        """Whom an entry of headcount.yaml tells of what; as `connect` otherwise."""
        return read_profile(name, Profile, options).manner()

    def close(self) -> None:
        """No connection is open any more."""
        self._api.http.close()

    def try_login(self) -> bool:
        """WalkMe gave a token; for what, only a call would show."""
        self._api.require_token()
        return True

    def tell(self, notice: Notice) -> None:
        """WalkMe has taken the notification on."""
        body = json.dumps({"notification": self._fields(notice)}).encode()
        answer = self._api.send(self._profile.method, self._profile.path, content=body)
        if answer.status in NO_SUCH_CALL:
            fault = (
                f"{self._api.http.host} has no call {self._profile.path} "
                f"({answer.status}). WalkMe's page on the Notifications API links to "
                "yours: set it as `path`"
            )
            raise MisconfiguredError(self.name, fault)
        self._require_taken(answer)

    def _fields(self, notice: Notice) -> dict[str, Any]:
        """The fields of the call; one without a value is left out, never null [N1]."""
        profile = self._profile
        fields = {
            "systemId": self._system(notice),
            "templateId": profile.template_id,
            "endUsersIds": list(notice.user_ids),
            "audiencesIds": list(profile.audience_ids),
            "notificationType": profile.notification_type,
            "title": profile.title,
            "runtimeTitle": profile.runtime_title or notice.title,
            "runtimeDescription": profile.runtime_description or notice.text,
            "startAt": _to_minute(profile.start, notice.at),
            "endAt": _to_minute(profile.end, notice.at),
            "override": [{"key": k, "value": v} for k, v in notice.overrides],
        }
        return {name: value for name, value in fields.items() if value}

    def _system(self, notice: Notice) -> str | None:
        system = notice.system_id
        if system is None or self._profile.hyphenate_system:
            return system
        return system.replace("-", "")

    def _require_taken(self, answer: Answer) -> None:
        """Success that says so in words we can read, or in the agreed silence."""
        require_success(self._api.http, answer)
        is_silent = not answer.body and answer.status in self._profile.empty_is_success
        if not is_silent and answer.json() is None:
            fault = f"answered {answer.status} with what is not JSON"
            raise UnknownOutcomeError(self.name, fault)


def _to_minute(when: When | None, at: datetime) -> str | None:
    """The instant as WalkMe reads it: `YYYY-MM-DD hh:mm`, in UTC [N1]."""
    return None if when is None else f"{_instant(when, at):%Y-%m-%d %H:%M}"


def _instant(when: When, at: datetime) -> datetime:
    if isinstance(when, Duration):
        return after(at, when, UTC_ZONE)
    return instant_of(when, UTC_ZONE)
