"""How hard the property tests try: PARCORE_PROFILE is `quick` (the default), `ci` or `full`."""

import os

from hypothesis import HealthCheck, settings

# Where pytest loads readline, that puts COLUMNS into the environment that commands run by tests inherit,
# behind Python's back (`os.environ` does not have it): tables would be cut to a terminal that is not there.
os.environ.pop("COLUMNS", None)
os.unsetenv("COLUMNS")

settings.register_profile("quick", max_examples=50, deadline=None, print_blob=True)
# The same cases on every run, so that a red check can be run again and a green one stays green.
settings.register_profile(
    "ci", max_examples=200, deadline=None, print_blob=True, derandomize=True, database=None
)
# Run by hand: tens of thousands of new cases, where slow generation is expected.
settings.register_profile(
    "full",
    max_examples=20_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# For runs over mutants of the code (docs/trials.md): the same few cases for each.
settings.register_profile("mutants", max_examples=15, deadline=None, derandomize=True, database=None)
settings.load_profile(os.environ.get("PARCORE_PROFILE", "quick"))
