"""What every test shares: a local clock far from UTC, and how hard Hypothesis looks.

`pytest --hypothesis-profile=long` searches longer; `ci` is what runs otherwise.
"""

from __future__ import annotations

import os
import time

from hypothesis import HealthCheck, settings

# Where a naive time is wrong by half a day, and summer time runs the other way round.
os.environ["TZ"] = "Pacific/Auckland"
time.tzset()

settings.register_profile(
    "ci",
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("ci"), max_examples=20_000)
settings.load_profile("ci")
