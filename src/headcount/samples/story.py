"""Who worked in the sample CRM in June 2024 and what they did, drawn from a seed.

The same seed gives the same month on every machine: each person has a generator of
their own, seeded by name, so that one more person changes nobody else's days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

SEED = "acme-crm"
PEOPLE = 480
TIMEZONE = ZoneInfo("America/New_York")
FIRST_DAY = date(2024, 6, 1)
ENDS_AT = datetime(2024, 6, 30, tzinfo=UTC)
FORECAST_LAUNCH = date(2024, 6, 17)
NIGHT_OWLS = frozenset({7, 77, 177})
NIGHT_OWLS_AT = datetime(2024, 6, 23, 0, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of WalkMe content, and the page of the CRM it lives on."""

    kind: str
    number: int
    name: str
    page: str


def _steps(walk_thru: Item, *names: str) -> tuple[Item, ...]:
    numbers = range(10 * walk_thru.number + 1, 10 * walk_thru.number + 10)
    return tuple(
        Item("step", number, name, walk_thru.page)
        for number, name in zip(numbers, names, strict=False)
    )


CREATE_LEAD = Item("wt", 1001, "Create a lead", "/leads")
LOG_CALL = Item("wt", 1002, "Log a call", "/calls")
FORECAST = Item("wt", 1003, "Build a forecast", "/forecast")
STEPS = {
    CREATE_LEAD: _steps(
        CREATE_LEAD, "Open Leads", "Press New", "Fill in the company", "Save"
    ),
    LOG_CALL: _steps(LOG_CALL, "Open Calls", "Press Log", "Write a summary"),
    FORECAST: _steps(FORECAST, "Open Forecast", "Choose a quarter", "Add your deals"),
}
SPRING_RELEASE = Item("shoutout", 2001, "Spring release", "/home")
FORECAST_VIEW = Item("shoutout", 2002, "New forecast view", "/home")
TASKS = (
    Item("task", 3001, "Complete your profile", "/settings/profile"),
    Item("task", 3002, "Connect your mailbox", "/settings/mail"),
    Item("task", 3003, "Import your contacts", "/contacts/import"),
)
SURVEY = Item("survey", 4001, "How easy was that?", "/home")
HELP = Item("launcher", 5001, "Help me", "/home")
SEARCH = Item("widgetSearch", 5002, "Search", "/home")
SEARCHES = ("invoice", "export contacts", "merge leads", "forecast", "password")


@dataclass(frozen=True, slots=True)
class Person:
    """One user of the CRM; `diligence` in [0, 1) is the chance to finish something."""

    number: int
    role: str
    region: str
    browser: str
    starts: date
    pays_from: date | None
    diligence: float

    @property
    def user_id(self) -> str:
        """The id that WalkMe knows the person by."""
        return f"u-{self.number:04d}"

    def plan_on(self, day: date) -> str:
        """What the person's account is on that day."""
        return "pro" if self.pays_from and day >= self.pays_from else "trial"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a person did, as WalkMe would report it."""

    at: datetime
    person: Person
    session: str
    item: Item
    action: str
    value: str | None = None


@dataclass(slots=True)
class Visit:
    """One session while it is told: every deed moves its clock."""

    person: Person
    rng: Random
    now: datetime
    session: str
    done: set[str]
    deeds: list[Deed] = field(default_factory=list)

    def note(self, item: Item, action: str, value: str | None = None) -> None:
        """Add a deed, some seconds after the one before."""
        self.now += timedelta(milliseconds=2_000 + int(self.rng.random() * 40_000))
        deed = Deed(self.now, self.person, self.session, item, action, value)
        self.deeds.append(deed)

    def chance(self, share: float) -> bool:
        """True in `share` of the cases."""
        return self.rng.random() < share


def people(count: int = PEOPLE) -> tuple[Person, ...]:
    """Everyone, in the order of their numbers."""
    return tuple(_person(number) for number in range(1, count + 1))


def month() -> list[Deed]:
    """Everything everyone did until `ENDS_AT`, in the order of time."""
    deeds = chain.from_iterable(_deeds_of(person) for person in people())
    return sorted(deeds, key=lambda deed: (deed.at, deed.person.number))


def _person(number: int) -> Person:
    rng = Random(f"{SEED}/person/{number}")
    is_new = rng.random() < 0.3
    starts = FIRST_DAY + timedelta(days=int(rng.random() * 27) if is_new else 0)
    return Person(
        number=number,
        role=rng.choices(("sales", "support", "manager"), (6, 3, 1))[0],
        region=rng.choices(("AMER", "EMEA", "APAC"), (6, 3, 1))[0],
        browser=rng.choices(("Chrome", "Edge", "Firefox"), (7, 2, 1))[0],
        starts=starts,
        pays_from=_pays_from(starts, is_new=is_new, rng=rng),
        diligence=rng.betavariate(3, 2),
    )


def _pays_from(starts: date, *, is_new: bool, rng: Random) -> date | None:
    if not is_new:
        return FIRST_DAY if rng.random() < 0.6 else None
    return starts + timedelta(days=14) if rng.random() < 0.3 else None


def _deeds_of(person: Person) -> Iterator[Deed]:
    rng = Random(f"{SEED}/days/{person.number}")
    done: set[str] = set()
    for start in _starts(person, rng):
        visit = Visit(person, rng, start, str(UUID(int=rng.getrandbits(128))), done)
        tell(visit)
        yield from (deed for deed in visit.deeds if deed.at < ENDS_AT)


def _starts(person: Person, rng: Random) -> Iterator[datetime]:
    """When the person's sessions begin: office hours, rarely evenings and weekends."""
    for days in range((ENDS_AT.date() - person.starts).days):
        day = person.starts + timedelta(days=days)
        busy = 0.04 if day.weekday() >= 5 else 0.1 + 0.2 * person.diligence
        if days == 0 or rng.random() < busy:
            hour = 8 + int(rng.random() * (13 if rng.random() < 0.1 else 10))
            clock = time(hour, int(rng.random() * 60), int(rng.random() * 60))
            yield datetime.combine(day, clock, TIMEZONE).astimezone(UTC)
    if person.number in NIGHT_OWLS:
        yield NIGHT_OWLS_AT


def tell(visit: Visit) -> None:
    """Note all that the person does in the visit, from its `now` on."""
    if visit.now == NIGHT_OWLS_AT:
        visit.note(SPRING_RELEASE, "play")
        visit.note(SPRING_RELEASE, "click")
        return
    _read_shout_outs(visit)
    _walk_through(visit)
    _do_tasks(visit)
    _look_for_help(visit)


def _read_shout_outs(visit: Visit) -> None:
    launched = visit.now.astimezone(TIMEZONE).date() >= FORECAST_LAUNCH
    for shout_out in (SPRING_RELEASE, FORECAST_VIEW) if launched else (SPRING_RELEASE,):
        if visit.chance(0.35):
            visit.note(shout_out, "play")
            visit.note(shout_out, "click" if visit.chance(0.4) else "close")


def _walk_through(visit: Visit) -> None:
    if not visit.chance(0.45):
        return
    item = visit.rng.choices((CREATE_LEAD, LOG_CALL, FORECAST), (5, 3, 2))[0]
    if item.name in visit.done and visit.chance(0.7):
        return
    visit.note(item, "play")
    for step in STEPS[item]:
        # Nobody gives up between the last step and the end.
        if not visit.chance(0.75 + 0.25 * visit.person.diligence):
            return
        visit.note(step, "play")
    visit.note(item, "complete")
    visit.done.add(item.name)
    _answer_survey(visit)


def _answer_survey(visit: Visit) -> None:
    if not visit.chance(0.3):
        return
    visit.note(SURVEY, "play")
    if visit.chance(0.7):
        happy = 1 + int(5 * visit.rng.betavariate(2 + 2 * visit.person.diligence, 2))
        visit.note(SURVEY, "submitted", str(min(happy, 5)))


def _do_tasks(visit: Visit) -> None:
    for task in TASKS:
        if task.name in visit.done or not visit.chance(0.4):
            continue
        visit.note(task, "play")
        if visit.chance(visit.person.diligence):
            visit.note(task, "complete")
            visit.done.add(task.name)


def _look_for_help(visit: Visit) -> None:
    if visit.chance(0.2):
        visit.note(HELP, "click")
    if visit.chance(0.15):
        visit.note(SEARCH, "search", visit.rng.choice(SEARCHES))
