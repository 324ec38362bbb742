"""Units: who is scored, known by id, and by the names that people write.

A name is not an identity: Ninh Bình before and after July 2025 are two units. A unit is found among
those that exist on a day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from attrs import field, frozen

from parcore.diagnostics import NOT_CHECKED, Findings, Place
from parcore.documents.reading import both_languages, date_of, items_of, text_of, texts_of
from parcore.documents.schema import check_shape, report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.i18n import Text

_PREFIX = re.compile(r"^(tỉnh |thành phố |tp\.|tp )\s*(?=\S)")
_DASHES = re.compile(r"\s*[-\u2010-\u2015]\s*")
# Two ways to place a tone on oa, oe, uy are one spelling: Hoà Bình is Hòa Bình.
_TONES = {
    old: new
    for pair in ("òa oà", "óa oá", "ỏa oả", "õa oã", "ọa oạ", "òe oè", "óe oé", "ỏe oẻ", "õe oẽ", "ọe oẹ",
                 "ùy uỳ", "úy uý", "ủy uỷ", "ũy uỹ", "ụy uỵ")
    for new, old in [pair.split()]
}  # fmt: skip


@frozen
class Unit:
    """A unit: its kind and group, region, names, and the days between which it exists."""

    id: str
    kind: str
    name: Text
    group: str = ""
    region: str = ""
    code: str = ""
    aliases: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    place: Place = field(default=Place(""), eq=False)

    def exists_on(self, day: date) -> bool:
        """Whether the unit exists on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def name_key(name: str) -> str:
    """What two spellings of one name share: form, case, dashes, tone placement, "tỉnh" before it."""
    key = unicodedata.normalize("NFC", name).casefold().strip()
    key = " ".join(_DASHES.sub(" ", key).split())
    for old, new in _TONES.items():
        key = key.replace(old, new)
    return _PREFIX.sub("", key)


class UnitBook:
    """All units known, found by id, name or alias."""

    def __init__(self, units: Iterable[Unit] = (), regions: dict[str, Text] | None = None) -> None:
        self.units: dict[str, Unit] = {}
        self.regions: dict[str, Text] = dict(regions or {})
        self._by_key: dict[str, list[Unit]] = {}
        self._lost: list[tuple[Place, str]] = []
        for unit in units:
            self._take(unit)

    def _take(self, unit: Unit) -> None:
        self.units[unit.id] = unit
        names = {unit.name.vi, unit.name.en, *unit.aliases} - {""}
        for key in {name_key(name) for name in names}:
            self._by_key.setdefault(key, []).append(unit)

    def add(self, units: Iterable[Unit], regions: dict[str, Text], findings: Findings) -> None:
        """Take more units in; an id that is already there is reported and passed over."""
        self.regions.update(regions)
        for unit in units:
            if unit.id in self.units:
                findings.add("duplicate-id", unit.place, id=unit.id, first=self.units[unit.id].place)
            else:
                self._take(unit)

    def lose(self, place: Place, text: str) -> None:
        """Remember a document of units that is refused: who stands in its text may well be a unit."""
        self._lost.append((place, name_key(text)))

    def report(self, name: str, known: Iterable[str], place: Place, findings: Findings) -> None:
        """Say that a name means no unit; or, where a refused document may hold it, that alone."""
        lost = [at for at, text in self._lost if "\ufffd" in text or name_key(name) in text]
        if lost:
            findings.add(NOT_CHECKED, lost[0])
        else:
            report_unknown(name, list(known), place, findings, "unit-unknown")

    def check_id(self, tree: Tree, findings: Findings) -> None:
        """Report a text that is no unit's id."""
        if text_of(tree) not in self.units:
            self.report(text_of(tree), self.units, tree.place, findings)

    def find(self, name: str, day: date) -> list[Unit]:
        """The units that a text names on a day: one, none, or several when it is ambiguous."""
        by_id = self.units.get(name)
        if by_id is not None:
            return [by_id] if by_id.exists_on(day) else []
        return [unit for unit in self._by_key.get(name_key(name), ()) if unit.exists_on(day)]

    def ever(self, name: str) -> list[Unit]:
        """The units that a text names on any day."""
        by_id = self.units.get(name)
        return [by_id] if by_id is not None else list(self._by_key.get(name_key(name), ()))

    def on(self, day: date, kinds: Iterable[str]) -> list[Unit]:
        """The units of some kinds that exist on a day, in the order of their files."""
        wanted = set(kinds)
        return [unit for unit in self.units.values() if unit.kind in wanted and unit.exists_on(day)]

    def look_up(self, name: str, day: date, place: Place, findings: Findings) -> Unit | None:
        """The one unit a text names on a day; anything else is reported at `place`."""
        found = self.find(name, day)
        if len(found) == 1:
            return found[0]
        if found:
            findings.add("unit-ambiguous", place, name=name[:60], ids=", ".join(u.id for u in found))
        elif others := self.ever(name):
            findings.add("unit-not-then", place, name=name[:60], day=day, id=others[0].id)
        else:
            there = [] if findings.unlisted else [u for u in self.units.values() if u.exists_on(day)]
            known = dict.fromkeys([*(u.name.vi or u.id for u in there), *(u.id for u in there)])
            self.report(name, known, place, findings)
        return None


def read_units(tree: Tree, findings: Findings) -> tuple[list[Unit], dict[str, Text]]:
    """The units and regions of a units document."""
    if not check_shape(tree, "units", findings) or not isinstance(tree, Mapping):
        return [], {}
    listed = tree.get("regions")
    regions = {k: both_languages(v) for k, v in listed.entries.items()} if isinstance(listed, Mapping) else {}
    units: dict[str, Unit] = {}
    for each in items_of(tree.get("members")):
        if not isinstance(each, Mapping):
            continue
        unit = _read_unit(each, findings)
        if unit.region and unit.region not in regions:
            report_unknown(unit.region, list(regions), each.place_of("region"), findings, "unknown-region")
        if unit.id in units:
            findings.add("duplicate-id", unit.place, id=unit.id, first=units[unit.id].place)
        units.setdefault(unit.id, unit)
    return list(units.values()), regions


def _read_unit(tree: Mapping, findings: Findings) -> Unit:
    valid = tree.get("valid")
    ends = valid if isinstance(valid, Mapping) else Mapping(tree.place, {})
    since, until = date_of(ends.get("from"), findings), date_of(ends.get("until"), findings)
    if since is not None and until is not None and until < since:
        findings.add("days-reversed", ends["until"].place, first=since, last=until)
    return Unit(
        id=text_of(tree["id"]),
        kind=text_of(tree["kind"]),
        name=both_languages(tree["name"]),
        group=text_of(tree.get("group")) or text_of(tree["kind"]),
        region=text_of(tree.get("region")),
        code=text_of(tree.get("code")),
        aliases=texts_of(tree.get("aliases")),
        since=since,
        until=until,
        place=tree.place_of("id"),
    )
