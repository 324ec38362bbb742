"""Edition documents whole: a vocabulary, a tree of criteria, rounding, policies."""

from __future__ import annotations

from typing import Final

from hypothesis import assume, note
from hypothesis import strategies as st

from parcore.diagnostics import Findings
from parcore.editions.edition import Edition
from parcore.evidence.vocabulary import Vocabulary
from parcore.testing.documents import Document, Plain, vocabulary_of
from parcore.testing.fields import NAME, vocabularies
from parcore.testing.policies import policies
from parcore.testing.setting import Setting, written
from parcore.testing.trees import Grove, grain, total_of

GROUPS: Final = ("north", "south")
KIND: Final = "drawn-unit"


@st.composite
def documents(draw: st.DrawFn, *, depth: int = 2, components: int = 3) -> Document:
    """An edition's document and its vocabulary's, valid by construction."""
    data = draw(vocabularies())
    vocabulary = vocabulary_of(data, Findings())
    groups = draw(st.sampled_from([("",), ("",), GROUPS]))
    document = Document(data, _edition(draw, vocabulary, groups, depth, draw(st.integers(1, components))))
    # Of what is left of a maximum where a part is excluded, some roundings lift it: that is refused.
    assume({each.code for each in document.found()[1].errors} != {"maximum-moves"})
    return document


def _edition(
    draw: st.DrawFn, vocabulary: Vocabulary, groups: tuple[str, ...], depth: int, components: int
) -> Plain:
    at = Setting(draw, vocabulary, groups)
    grove = Grove(at)
    parts = [grove.node(depth) for _ in range(components)]
    total = total_of(parts, groups)
    data: Plain = {
        "methodology": "drawn",
        "edition": "1",
        "title": "Drawn",
        "applies": {"from": "2020"},
        "units": {"kinds": [KIND], **({"groups": list(groups)} if groups != ("",) else {})},
        "vocabulary": NAME,
        "total": written(total),
        "source": {"title": "drawn", "basis": "illustrative"},
        "components": [part.data for part in parts],
    }
    rounding = _rounding(at, grain(grove.tops), scaled="worth" in str(parts))
    known = all("unknown" not in str(part.data) for part in parts)
    return data | ({"rounding": rounding} if rounding else {}) | policies(at, parts, total, known)


def _rounding(at: Setting, least: int, *, scaled: bool) -> Plain:
    """Rounding at some levels, to decimals that all maxima have; not of groups scaled to their worth."""
    known = ("index", "leaf") if scaled else ("index", "leaf", "component", "criterion")
    levels = [level for level in known if at.chance(3)]
    found: Plain = {level: str(at.one_of(least, least + 1)) for level in levels}
    return found | ({"mode": at.one_of("half_up", "down", "up")} if at.chance(3) else {})


@st.composite
def editions(draw: st.DrawFn, *, depth: int = 2, components: int = 3) -> Edition:
    """Editions as the readers give them, from documents in every corner of the rule language."""
    document = draw(documents(depth=depth, components=components))
    note(document.text)
    return document.read()
