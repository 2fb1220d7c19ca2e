from qijie.setup.testing import MIGRATED, name_of_template
from tests.browser.conftest import LOADED

STATE = "0123456789ab"
LONGEST_NAME = 63


def test_a_template_is_named_after_all_of_its_state_and_none_is_taken_for_another() -> None:
    names = [name_of_template(commands, STATE) for commands in (MIGRATED, LOADED)]
    assert all(name.endswith(STATE) and len(name) <= LONGEST_NAME for name in names)
    assert len(set(names)) == len(names)
