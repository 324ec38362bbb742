"""Bytes changed at random: no bundle verifies then, and no bytes make a verifier fail but by refusing."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from parcore.audit.bundle import Refused, canonical, load
from parcore.audit.bundle_files import unzipped, zipped
from tests.audit.bundles import Files, every, refusal, resealed, sealed, second, second_refusal

WHOLE = zipped(sealed("par-index"))
NAMES = sorted(sealed("par-index"))


@given(at=st.integers(0, len(WHOLE) - 1), mask=st.integers(1, 255))
def test_no_byte_of_a_zip_can_be_another(at: int, mask: int) -> None:
    """A signed zip with one byte changed, wherever, is refused by both."""
    data = bytearray(WHOLE)
    data[at] ^= mask
    assert refusal(bytes(data))
    assert second_refusal(bytes(data))


@given(name=st.sampled_from(NAMES), data=st.data())
def test_no_byte_of_a_file_can_be_another(name: str, data: st.DataObject) -> None:
    """A signed folder with one byte of one file changed, put in or left out is refused by both."""
    held = sealed("par-index")[name]
    at = data.draw(st.integers(0, len(held) - 1))
    put = data.draw(st.binary(max_size=2).filter(lambda each: each != held[at : at + 1]))
    changed: Files = {**sealed("par-index"), name: held[:at] + put + held[at + 1 :]}
    if changed[name] == held:
        return
    assert refusal(changed)
    assert second_refusal(changed)


def readings(data: bytes) -> list[Files | None]:
    """What both zip readers make of bytes; None where they refuse."""
    found: list[Files | None] = []
    tool: Any = second()
    for read, refused in ((unzipped, Refused), (tool.unzipped, tool.Refused)):
        try:
            found.append(read(data, "a.zip"))
        except refused:
            found.append(None)
    return found


@given(
    cuts=st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 400)), min_size=1, max_size=4),
    put=st.lists(st.binary(max_size=40), min_size=4, max_size=4),
)
def test_no_bytes_make_the_zip_readers_fail(cuts: list[tuple[int, int]], put: list[bytes]) -> None:
    """A zip cut and spliced is refused or is the zip of what was read; both readers say the same."""
    data = WHOLE
    for (at, long), new in zip(cuts, put, strict=False):
        data = data[:at] + new + data[at + long :]
    one, two = readings(data)
    assert one == two
    assert one is None or zipped(one) == data


@given(
    st.lists(st.tuples(st.sampled_from([b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"a.json"]),
                       st.binary(max_size=60)), max_size=8)
)  # fmt: skip
def test_no_pieces_of_zips_make_the_readers_fail(pieces: list[tuple[bytes, bytes]]) -> None:
    """Bytes made of the marks of zips are refused, never failed at."""
    data = b"".join(mark + rest for mark, rest in pieces)
    assert readings(data) == [None, None]


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
UNREAD = ("environment.json", "edition.yaml", "vocabulary.yaml", "units.json", "evidence.json")
"""Files in which something may be another and the result the same: a note, an alias."""

BASES = {"par-index": sealed("par-index"), "every": every()}
FILES = [
    (base, name)
    for base, files in BASES.items()
    for name in sorted(files)
    if name not in ("attestation.json", "manifest.json")
]


@given(at=st.sampled_from(FILES), put=st.binary(max_size=60) | PLAIN, data=st.data())
def test_nothing_that_is_sealed_makes_a_verifier_fail(
    at: tuple[str, str], put: object, data: st.DataObject
) -> None:
    """Whatever stands in a file, or a part of it, sealed by the right key: neither fails; where the engine
    takes it (a note in another text), the second verifier does.
    """
    name, files = at[1], dict(BASES[at[0]])
    if isinstance(put, bytes):
        changed = put
    elif name.endswith(".yaml"):
        changed = files[name].replace(
            data.draw(st.sampled_from([b"max", b"id", b"100", b":"])), canonical(put)
        )
    else:
        changed = canonical(_put(load(files, name), put, data))
    if changed == files[name]:
        return
    try:
        given_ = resealed({**files, name: changed})
    except Refused:  # what bundle.json says must be JSON to be sealed
        return
    found = refusal(given_)
    assert found or name in UNREAD
    assert second_refusal(given_) == "" or found


def _put(held: Any, put: object, data: st.DataObject) -> Any:
    """Plain data with another part somewhere in it."""
    keys = list(held) if isinstance(held, dict) else range(len(held)) if isinstance(held, list) else ()
    if not keys or data.draw(st.integers(0, 3)) == 0:
        return put
    at = data.draw(st.sampled_from(list(keys)))
    held[at] = _put(held[at], put, data)
    return held
