"""Wrong readings of the definition language, each a small edit of the real source.

An anchor stands exactly once in its file: code that moves takes its faults along, or
the check of anchors fails loudly.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A wrong reading: where it is planted, and how."""

    name: str
    file: str
    anchor: str
    replacement: str


FIRST_OF = "return earliest(rows, scene.size)"
FIRST_ROWS = "return rows.filter(places_of_least(rows.who, rows.at, first))"
FIRST_CAME = """
    is_first = places_of_least(rows.who, rows.at, first)
    return rows.filter(is_first[np.unique(rows.who[is_first], return_index=True)[1]])
"""

RANGES = "src/headcount/rules/ranges.py"
COMPILE = "src/headcount/rules/compile.py"
PATHS = "src/headcount/rules/paths.py"
FULL = "src/headcount/evaluate/full.py"
LEAVES = "src/headcount/evaluate/leaves.py"
PREDICATES = "src/headcount/evaluate/predicates.py"
VALUES = "src/headcount/rules/values.py"
COMPARISONS = "src/headcount/evaluate/comparisons.py"
INSTANTS = "src/headcount/evaluate/instants.py"
SEQUENCES = "src/headcount/evaluate/sequences.py"
TOTALS = "src/headcount/evaluate/totals.py"
REGISTRATION = "src/headcount/evaluate/registration.py"
HISTORY = "src/headcount/store/history.py"
CHAINS = "src/headcount/evaluate/chains.py"
KERNELS = "src/headcount/store/columns/kernels.py"
READER = "src/headcount/store/columns/reader.py"
MEASURES = "src/headcount/evaluate/measures.py"
MOVED = "src/headcount/evaluate/state/incremental.py"
EVENTS_SQL = "sql/history/events.sql"
ATTRIBUTES = "src/headcount/store/attributes.py"
ATTRIBUTES_SQL = "sql/history/attributes.sql"
REPEATS_SQL = "sql/ingest/find_repeats.sql"

FAULTS = (
    # Ranges and calendars
    Fault(
        "a range's end is included",
        KERNELS,
        "(at[i] < high)",
        "(at[i] <= high)",
    ),
    Fault(
        "a range's start is excluded",
        KERNELS,
        "(at[i] >= low)",
        "(at[i] > low)",
    ),
    Fault(
        "a range may reach past T",
        RANGES,
        "return _bounds(start, min(end, at))",
        "return _bounds(start, end)",
    ),
    Fault(
        "`to: 2026-05-14` ends as that day begins",
        RANGES,
        "return local_midnight(value + timedelta(days=1), tz)",
        "return local_midnight(value, tz)",
    ),
    Fault(
        "an instant without an offset is UTC",
        RANGES,
        "return _from_wall_clock(value, tz)",
        "return value.replace(tzinfo=UTC)",
    ),
    Fault(
        "midnights are UTC's",
        RANGES,
        "return _from_wall_clock(datetime.combine(day, time.min), tz)",
        "return datetime.combine(day, time.min, UTC)",
    ),
    Fault(
        "`today` is the day in UTC",
        RANGES,
        "this = _first_day(calendar.unit, _wall_clock(at, tz).date())",
        "this = _first_day(calendar.unit, at.date())",
    ),
    Fault(
        "weeks begin on Sunday",
        RANGES,
        "return day - timedelta(days=day.weekday())",
        "return day - timedelta(days=(day.weekday() + 1) % 7)",
    ),
    Fault(
        "a quarter has four months",
        RANGES,
        "month=day.month - (day.month - 1) % 3",
        "month=day.month - (day.month - 1) % 4",
    ),
    Fault(
        "a month is 30 days",
        RANGES,
        "return _from_wall_clock(_months_later(_wall_clock(at, tz), months), tz)",
        "return _to_utc(at) + timedelta(days=30 * months)",
    ),
    Fault(
        "months go by the calendar of UTC",
        RANGES,
        "return _from_wall_clock(_months_later(_wall_clock(at, tz), months), tz)",
        "return _months_later(_wall_clock(at, UTC), months).replace(tzinfo=UTC)",
    ),
    Fault(
        "a day is a local day",
        RANGES,
        "return _to_utc(at) + timedelta(seconds=sign * duration.exact_seconds)",
        "days = timedelta(seconds=sign * duration.exact_seconds)\n"
        "            return _from_wall_clock(_wall_clock(at, tz) + days, tz)",
    ),
    Fault(
        "a time in a gap keeps its distance from it",
        RANGES,
        "return _end_of_gap(_to_utc(by_new), _to_utc(by_old), tz)",
        "return _to_utc(by_old)",
    ),
    Fault(
        "a time that exists twice is the later",
        RANGES,
        "return _to_utc(by_old)  # of a time that exists twice, the earlier",
        "return _to_utc(by_new)",
    ),
    Fault(
        "`active`: each period is reckoned from the one before",
        RANGES,
        """        every = Duration(i * active.every.amount, active.every.unit)
        edges.append(before(at, every, tz))""",
        "        edges.append(before(edges[-1], active.every, tz))",
    ),
    # Conditions and how they combine
    Fault(
        "`any` instead of `all`",
        FULL,
        "return reduce(and_, (holds(one, leaf) for one in nodes))",
        "return reduce(or_, (holds(one, leaf) for one in nodes))",
    ),
    Fault(
        "who never did anything is in `not`",
        MOVED,
        "return mask & self.answer(Known()).mask",
        "return mask",
    ),
    Fault(
        "a user is known at the instant of the first event",
        HISTORY,
        "self._known_from[crowd.index] < to_micros(at)",
        "self._known_from[crowd.index] <= to_micros(at)",
    ),
    Fault(
        "attributes make nobody known",
        "sql/history/users.sql",
        "epoch_us(least(first_event_at, first_attribute_at))",
        "epoch_us(first_event_at)",
    ),
    Fault(
        "a condition's own range is cut by the segment's: it is not looked at",
        COMPILE,
        "rule.event, where, rule.date_range or default, count, rule.days, aggregates",
        "rule.event, where, default, count, rule.days, aggregates",
    ),
    Fault(
        "the name before a star is a whole name",
        HISTORY,
        "prefixes and event.startswith(prefixes)",
        "prefixes and event.rstrip('.') in [one.rstrip('.') for one in prefixes]",
    ),
    Fault(
        "zero events is no number",
        MEASURES,
        "return compare_counts(columns[0], self.comparison)",
        "return compare_counts(columns[0], self.comparison) & (columns[0] > 0)",
    ),
    Fault(
        "`count` is at least one beside another measure",
        COMPILE,
        "count = rule.count if has_measure else AT_LEAST_ONCE",
        "count = rule.count or AT_LEAST_ONCE",
    ),
    Fault(
        "days are UTC's",
        MEASURES,
        ".dt.convert_time_zone(moment.tz.key)",
        "",
    ),
    Fault(
        "`first` is the first that matches",
        LEAVES,
        FIRST_OF,
        f"rows = matching(rows, leaf.where, scene.answers)\n    {FIRST_OF}",
    ),
    Fault(
        "`first` is the first in the range",
        LEAVES,
        "ever = Bounds(None, scene.moment.at)",
        "ever = ranges.resolve(leaf.date_range, scene.moment.at, scene.moment.tz)",
    ),
    Fault(
        "`first`: of several at one instant, the one that came first",
        LEAVES,
        FIRST_ROWS,
        FIRST_CAME,
    ),
    Fault(
        "`active`: a period without events holds no count",
        LEAVES,
        "active = [compare_counts(count, leaf.active.count) for count in counts]",
        "active = [compare_counts(n, leaf.active.count) & (n > 0) for n in counts]",
    ),
    # Measures
    Fault(
        "the sum of nothing is 0",
        TOTALS,
        "return reduce(and_, answers, totals.counts > 0)",
        "return reduce(and_, answers)",
    ),
    Fault(
        "sums are floats",
        TOTALS,
        "fits = is_short & (fraction <= scale) & (np.abs(shifted) < EXACT_FLOAT)",
        "fits = np.abs(shifted) < EXACT_FLOAT",
    ),
    Fault(
        "`avg` is the sum",
        TOTALS,
        'if of == "avg"',
        'if of == "mean"',
    ),
    Fault(
        "`between` leaves its ends out",
        COMPARISONS,
        'yield "lte", high',
        'yield "lt", high',
    ),
    Fault(
        '`distinct` looks at the JSON: 1 and "1" are two',
        MEASURES,
        "coded.values.text.gather(pl.Series(codes))",
        "(coded.values.is_text.cast(pl.String) + coded.values.text)[codes]",
    ),
    Fault(
        "`distinct`: missing is a value",
        MEASURES,
        'pl.concat(texts).rank("dense")',
        'pl.concat(texts).fill_null("").rank("dense")',
    ),
    Fault(
        "text is never a number",
        VALUES,
        'number=pl.when(~pl.col("is_boolean") &',
        'number=pl.when(~pl.col("is_boolean") & ~pl.col("is_text") &',
    ),
    Fault(
        "text like 01 and +1 is a number too",
        VALUES,
        'JSON_NUMBER = r"^-?(0|[1-9][0-9]*)',
        'JSON_NUMBER = r"^[+-]?([0-9]+)',
    ),
    Fault(
        "numbers are equal when their floats are",
        VALUES,
        "rows = tied.filter(misled)",
        "rows = tied.clear()",
    ),
    # Sequences
    Fault(
        "a sequence is a set of events",
        CHAINS,
        "next_at[following] < at[i]",
        "False",
    ),
    Fault(
        "a sequence: the same instant is not allowed",
        CHAINS,
        "next_at[following] < at[i]",
        "next_at[following] <= at[i]",
    ),
    Fault(
        "a sequence: one event takes two steps",
        SEQUENCES,
        "if not _share_events(steps):",
        "if steps:",
    ),
    Fault(
        "`within` leaves its end out",
        SEQUENCES,
        "found.at <= deadlines(",
        "found.at < deadlines(",
    ),
    Fault(
        "`within` leaves its end out where events are shared",
        SEQUENCES,
        "        if at > last:",
        "        if at >= last:",
    ),
    Fault(
        "`within` runs from step to step",
        CHAINS,
        "new_began[found - 1] = began[i]",
        "new_began[found - 1] = at[i]",
    ),
    Fault(
        "a sequence begins with the earliest first step",
        CHAINS,
        "                found += 1\n            new_began[found - 1] = began[i]",
        "                new_began[found] = began[i]\n                found += 1",
    ),
    Fault(
        "every step lies in the range",
        LEAVES,
        "bounds = inside if i == 0 else later",
        "bounds = inside",
    ),
    Fault(
        "any step may lie before the range",
        LEAVES,
        "bounds = inside if i == 0 else later",
        "bounds = Bounds(None, moment.at)",
    ),
    Fault(
        "missing links with missing",
        SEQUENCES,
        "numbers > 0 for numbers in texts",
        "numbers >= 0 for numbers in texts",
    ),
    # Predicates
    Fault(
        "missing fails `is_not`",
        PREDICATES,
        "yield ~equals(values, predicate.is_not, ignore_case=fold)",
        "yield ~equals(values, predicate.is_not, ignore_case=fold) & values.is_set",
    ),
    Fault(
        "a missing attribute fails `is_not`",
        PREDICATES,
        "return predicate.set_ is not True",
        "return predicate.set_ is False",
    ),
    Fault(
        "empty text is not set",
        VALUES,
        'is_set=(pl.col("first") != "n").fill_null(value=False)',
        'is_set=((pl.col("first") != "n") & (pl.col("raw") != \'""\'))'
        ".fill_null(value=False)",
    ),
    Fault(
        "an array compares by its text",
        VALUES,
        'scalar = pl.col("is_set") & ~pl.col("is_compound")',
        'scalar = pl.col("is_set")',
    ),
    Fault(
        "true is 1",
        VALUES,
        'pl.DataFrame({"raw": raw})',
        'pl.DataFrame({"raw": raw.replace({"true": "1", "false": "0"})})',
    ),
    Fault(
        "`true` equals the text `true` only",
        PREDICATES,
        "return _holds(lower_case(values.text) == literal_text(literal))",
        "return _holds(values.text == literal_text(literal))",
    ),
    Fault(
        "text in a definition equals text only, never a number",
        PREDICATES,
        "same = (text == wanted).fill_null(value=False)",
        "same = (text == wanted).fill_null(value=False) & values.is_text",
    ),
    Fault(
        "`ignore_case` is not for `is`",
        PREDICATES,
        "    if ignore_case:\n        text, wanted = lower_case(text)",
        "    if False:\n        text, wanted = lower_case(text)",
    ),
    Fault(
        "`ignore_case` by full lower case",
        PREDICATES,
        'text.str.replace_all("Σ", "σ", literal=True)\n'
        '        .str.replace_all("İ", "i", literal=True)\n        .str.to_lowercase()',
        "text.str.to_lowercase()",
    ),
    Fault(
        "`contains` takes a pattern",
        PREDICATES,
        "text.str.contains(wanted(predicate.contains), literal=True)",
        "text.str.contains(wanted(predicate.contains))",
    ),
    Fault(
        "`matches` matches the whole text",
        PREDICATES,
        "values.text.str.contains(pattern, strict=True)",
        'values.text.str.contains(f"^(?:{pattern})$", strict=True)',
    ),
    Fault(
        "`before` is not strict",
        PREDICATES,
        "yield _holds(at < to_micros(ranges.instant_of(predicate.before, moment.tz)))",
        "yield _holds(at <= to_micros(ranges.instant_of(predicate.before, moment.tz)))",
    ),
    Fault(
        "`within_last` reaches to T and beyond",
        PREDICATES,
        "yield _holds((at >= start) & (at < end))",
        "yield _holds(at >= start)",
    ),
    Fault(
        "epoch numbers are seconds",
        INSTANTS,
        "scale = 1_000 if abs(number) >= MILLISECONDS_FROM else 1_000_000",
        "scale = 1_000_000",
    ),
    Fault(
        "a date in a value is UTC's",
        INSTANTS,
        "ranges.local_midnight(date.fromisoformat(text), tz)",
        "datetime.fromisoformat(text + 'T00:00Z')",
    ),
    Fault(
        "a literal key with dots loses to a path",
        PATHS,
        "for length in range(len(parts), 0, -1):",
        "for length in range(1, len(parts) + 1):",
    ),
    Fault(
        "a literal key that holds null is not there",
        HISTORY,
        'pl.col("raw").list.get(offset + i, null_on_oob=True) for i in range(count)',
        'pl.col("raw").list.get(offset + i, null_on_oob=True).replace("null", None) '
        "for i in range(count)",
    ),
    # Users, attributes and events
    Fault(
        "the attribute that arrived last wins",
        ATTRIBUTES,
        'at = records.get_column("at").to_numpy()',
        "at = np.arange(records.height)",
    ),
    Fault(
        "at one instant the lesser attribute value wins",
        ATTRIBUTES,
        'latest.sort("value", descending=True)',
        'latest.sort("value")',
    ),
    Fault(
        "an attribute counts at its instant",
        ATTRIBUTES_SQL,
        '"at" < make_timestamptz($end_us)',
        '"at" <= make_timestamptz($end_us)',
    ),
    Fault(
        "a null leaves the value before it",
        ATTRIBUTES_SQL,
        "WHERE system_code = $system_code",
        "WHERE value <> 'null' AND system_code = $system_code",
    ),
    Fault(
        "the last of one id stays",
        REPEATS_SQL,
        "min(line) OVER",
        "max(line) OVER",
    ),
    Fault(
        "every line is an event of its own",
        REPEATS_SQL,
        "QUALIFY line <> first_line",
        "QUALIFY false",
    ),
    Fault(
        "equal content is one event, whatever the ids",
        "src/headcount/ingest/batch.py",
        "if event_id is None:",
        "if event_id != '':",
    ),
    # Expiry
    Fault(
        "`evaluation_end` is looked at only when the tick comes",
        REGISTRATION,
        "at=end if is_ahead else case.at",
        "at=case.at",
    ),
    Fault(
        "a segment expires with the first of its ranges",
        RANGES,
        "return max(ends, default=None)",
        "return min(ends, default=None)",
    ),
    Fault(
        "a sequence expires with its range",
        RANGES,
        "return None if end is None else after(end, within, tz)",
        "return end",
    ),
    Fault(
        "a sequence without `within` expires too",
        RANGES,
        "case Event(active=None):",
        "case Event(active=None) | Sequence(within=None):",
    ),
    Fault(
        "conditions without a fixed end do not count",
        RANGES,
        "        if end is None:\n            return None\n        ends.append(end)",
        "        if end is not None:\n            ends.append(end)",
    ),
)
