"""What every test shares."""

from hypothesis import settings

# the same examples on every machine; a slow example on a busy one is no failure
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")
