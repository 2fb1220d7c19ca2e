from hypothesis import settings

# A busy machine is no failure: nothing here is judged by the clock.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
