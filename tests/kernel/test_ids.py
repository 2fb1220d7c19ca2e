from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qijie.kernel.ids import RANDOM_BYTES, new_id, uuid7

moments = st.integers(0, 200 * 365 * 86_400_000).map(
    lambda milliseconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
)
randomness = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)


@given(moments, randomness)
def test_the_moment_and_the_version_can_be_read_back(at, random_bytes):
    made = uuid7(at, random_bytes)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(moments, randomness, randomness)
def test_a_later_millisecond_sorts_later_whatever_the_randomness(at, first, second):
    assert uuid7(at, first) < uuid7(at + timedelta(milliseconds=1), second)


@given(moments, randomness, randomness)
def test_different_randomness_within_its_74_bits_gives_different_ids(at, first, second):
    used = (1 << 74) - 1
    same_bits = int.from_bytes(first) & used == int.from_bytes(second) & used
    assert (uuid7(at, first) == uuid7(at, second)) is same_bits


def test_the_rfc_example_is_reproduced():
    """Source: RFC 9562, appendix A.6."""
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    tail = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert uuid7(at, tail.to_bytes(RANDOM_BYTES)) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="aware"):
        uuid7(datetime(2026, 1, 1), bytes(RANDOM_BYTES))  # noqa: DTZ001


def test_too_little_randomness_is_refused():
    with pytest.raises(ValueError, match="random bytes"):
        uuid7(datetime(2026, 1, 1, tzinfo=UTC), b"short")


def test_new_ids_only_grow():
    made = [new_id() for _ in range(5_000)]
    assert made == sorted(set(made))


def test_threads_never_share_an_id_and_each_sees_its_own_grow():
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(lambda _: [new_id() for _ in range(2_000)], range(4)))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({made for batch in batches for made in batch}) == 8_000
