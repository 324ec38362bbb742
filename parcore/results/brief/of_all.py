"""What a brief says of a whole period: mean, ends, how many above, who rose, classes, regions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from parcore.i18n import Text, words
from parcore.numbers import parse_exact
from parcore.results.brief.figures import Figure, Measure, Origin, change, computed, derived, share
from parcore.results.brief.held import Held
from parcore.results.brief.statements import Clause, Kind, Statement, period_text, title_of, year_text
from parcore.results.brief.words import both, change_clause, direction, many, moved
from parcore.rules.policies import Band


def units_counted(held: Held) -> Figure | None:
    """How many units the figures of all cover."""
    found = held.published("all", "ranked_units") or held.published("all", "count")
    return found or (_count(held, "all", "ranked_units", len(held.ranked)) if held.whole else None)


def mean(held: Held) -> Figure | None:
    """The mean of the index."""
    found = held.published("all", "mean")
    indices = [held.card_index(card) for card in held.ranked]
    known = [each for each in indices if each is not None]
    if found is not None or not held.whole or len(known) < len(indices):
        return found
    value = sum((each.value for each in known), Fraction(0)) / len(known)
    return computed(value, held.index_measure, "all", "mean", held.now)


def of_mean(held: Held) -> Iterator[Statement]:
    """The mean, of how many units, its change, for how many years it is the highest."""
    number = mean(held)
    if number is None:
        return
    count = units_counted(held)
    told: dict[str, Figure | Text] = {**_head(held), "mean": number}
    clauses = [Clause("mean", told) if count is None else Clause("mean-of", told | {"count": count})]
    clauses += moved(_mean_change(held, number), held.before)
    for figure in _since(held):
        year = year_text(figure.quantity.partition(":")[2])
        clauses.append(Clause(f"since-{direction(figure)}", {"change": figure, "since": year}))
    years = held.published("all", "mean_highest_of_years")
    clauses += [] if years is None else [Clause("highest-of-years", {"years": years})]
    yield Statement(Kind.MEAN, "all", tuple(clauses))


def _head(held: Held) -> dict[str, Figure | Text]:
    edition = held.result.edition
    return {"title": title_of(edition), "units": many(edition), "period": period_text(held.result.period)}


def _mean_change(held: Held, number: Figure) -> Figure | None:
    before = held.published_before("all", "mean")
    found = held.published_change("all", "mean_change")
    return found if found is not None or before is None else change("mean_change", number, before)


def _since(held: Held) -> Iterator[Figure]:
    words = {each.quantity for each in held.result.observations if each.about == "all"}
    for quantity in sorted(each for each in words if each.startswith("mean_change_since:")):
        found = held.published("all", quantity)
        yield from () if found is None else [found]


def against_mean(held: Held, unit: str) -> Iterator[Statement]:
    """How far a unit lies from the mean."""
    number, own, found = mean(held), held.index(unit), held.unit(unit)
    if number is None or own is None or found is None:
        return
    apart = derived(own.value - number.value, own.measure.of_changes, "against_mean", own, number)
    how = "above" if apart.value > 0 else "below" if apart.value < 0 else "at"
    parts: dict[str, Figure | Text] = {"unit": found.name, "mean": number}
    clause = Clause(f"mean-{how}", parts if how == "at" else parts | {"apart": apart})
    yield Statement(Kind.AGAINST_MEAN, unit, (clause,))


def of_above(held: Held) -> Iterator[Statement]:
    """How many units are above the mean, and above a mark."""
    above, number = held.published("band:above-mean", "count"), mean(held)
    if above is None and held.whole and number is not None:
        higher = [each for each in map(held.card_index, held.ranked) if each and each.value > number.value]
        above = _count(held, "band:above-mean", "count", len(higher))
    units = {"units": many(held.result.edition)}
    if above is not None:
        yield Statement(Kind.ABOVE, "band:above-mean", (Clause("above-mean", units | {"count": above}),))
    for count in _sorted(held.named("count")):
        mark = _mark(count, held)
        if mark is not None:
            clause = Clause("above-mark", {**units, "count": count, "mark": mark})
            yield Statement(Kind.ABOVE, count.about, (clause,))


def _mark(count: Figure, held: Held) -> Figure | None:
    """The mark of `band:above-80`: it stands on the same observation."""
    mark = count.about.removeprefix("band:above-")
    if mark == count.about or not mark.replace(".", "").isdigit():
        return None
    of = (held.index_measure, count.origin, count.about, "above", count.period)
    return Figure(parse_exact(mark), *of, len(mark.partition(".")[2]), count.observation)


def of_moves(held: Held) -> Iterator[Statement]:
    """How many rose and fell, the largest riser, the changes that are in hand."""
    risen, fallen = (held.published_change(f"band:{each}", "count") for each in ("risen", "fallen"))
    printed = [held.published_change(each.about, "change") for each in held.named("change")]
    changes = _sorted([each for each in printed if each is not None])
    if held.whole:
        own = [held.change(card.unit.id) for card in held.ranked]
        known = [each for each in own if each is not None]
        if known and len(known) == len(own):
            changes = _sorted(known)
            up, down = (sum(sign * each.value > 0 for each in known) for sign in (1, -1))
            risen = risen or _count(held, "band:risen", "count", up)
            fallen = fallen or _count(held, "band:fallen", "count", down)
            yield from _moved(held, risen, fallen)
            yield from _largest(held, changes[0])
            return
    yield from _moved(held, risen, fallen)
    largest = held.published_change("all", "largest_rise")
    yield from (
        ()
        if largest is None
        else (each for one in changes if one.value == largest.value for each in _largest(held, one))
    )
    if changes:
        clauses = [Clause("moves")]
        for at, each in enumerate(changes):
            word = f"move-{direction(each)}" + ("" if at else "-first")
            clauses.append(Clause(word, {"unit": _name(held, each.about), "change": each}))
        yield Statement(Kind.MOVES, "all", tuple(clauses))


def _moved(held: Held, risen: Figure | None, fallen: Figure | None) -> Iterator[Statement]:
    count = units_counted(held)
    parts: dict[str, Figure | Text] = {"units": many(held.result.edition)}
    clauses: list[Clause] = []
    for word, figure in (("risen", risen), ("fallen", fallen)):
        if figure is None:
            continue
        of = {} if count is None else {"of": count}
        name = word + ("-more" if clauses else "") + ("-of" if of else "")
        clauses.append(Clause(name, {**parts, **of, "count": figure}))
    if clauses:
        clauses.append(Clause("on", {"before": period_text(held.before)}))
        yield Statement(Kind.MOVED, "all", tuple(clauses))


def _largest(held: Held, first: Figure) -> Iterator[Statement]:
    if first.value > 0:
        parts: dict[str, Figure | Text] = {"unit": _name(held, first.about), "change": first}
        yield Statement(Kind.MOVES, "all", (Clause("largest-rise", parts),))


def of_rates(held: Held) -> Iterator[Statement]:
    """Shares that an announcement tells beside the index, and for how many years there has been one."""
    edition = held.result.edition
    for quantity in sorted({each.quantity for each in held.result.observations if each.about == "all"}):
        if not quantity.endswith("_rate") or f"figure-{quantity}" not in words():
            continue
        rate = held.published("all", quantity)
        if rate is not None:
            what = both(f"figure-{quantity}")
            name = Text(*(each.removesuffix(", %") for each in (what.vi, what.en)))
            yield Statement(Kind.RATE, "all", (Clause("rate-of", {"what": name, "rate": rate}),))
    years = held.published("all", "years_published")
    if years is not None:
        clause = Clause("years", {"title": title_of(edition), "years": years})
        yield Statement(Kind.YEARS, "all", (clause,))


def of_ends(held: Held) -> Iterator[Statement]:
    """First and last, the lead of the first, the gap between the two."""
    ends = [_end(held, each) for each in ("highest", "lowest")]
    for word, kind, end in zip(("highest", "lowest"), (Kind.HIGHEST, Kind.LOWEST), ends, strict=True):
        if end is None:
            continue
        names = [_name(held, each) for each in _holders(held, end)]
        clauses = [Clause(word, {"index": end, "title": title_of(held.result.edition)})]
        clauses += [Clause("who" if at else "who-first", {"unit": name}) for at, name in enumerate(names)]
        if word == "highest" and len(names) == 1:
            row = held.published(_holders(held, end)[0], "highest_years_in_a_row")
            clauses += [] if row is None else [Clause("in-a-row", {"years": row})]
            clauses += _lead(held, end)
        yield Statement(kind, "all", tuple(clauses))
    first, last = ends
    if first is not None and last is not None:
        gap = held.published("all", "spread")
        gap = gap or derived(first.value - last.value, first.measure.of_changes, "spread", first, last)
        yield Statement(Kind.SPREAD, "all", (Clause("spread", {"gap": gap}),))


def _end(held: Held, word: str) -> Figure | None:
    found = held.published("all", word)
    known = [each for each in map(held.card_index, held.ranked) if each is not None]
    if found is not None or not held.whole or not known:
        return found
    pick = max if word == "highest" else min
    return pick(known, key=lambda each: (each.value, each.about))


def _holders(held: Held, end: Figure) -> list[str]:
    """The units whose index is that number, the published of them where any is."""
    seen = [each.about for each in held.named("index") if each.value == end.value]
    if not seen and end.origin is Origin.COMPUTED:
        known = [each for each in map(held.card_index, held.ranked) if each is not None]
        seen = [each.about for each in known if each.value == end.value]
    return sorted(seen)


def _lead(held: Held, end: Figure) -> Iterator[Clause]:
    """The first's lead on the second, and who that is."""
    second = [each for each in held.named("rank") if each.value == 2]
    next_ = held.published(second[0].about, "index") if len(second) == 1 else None
    if next_ is None and held.whole:
        known = sorted((each.value, each.about, each) for each in map(held.card_index, held.ranked) if each)
        next_ = known[-2][2] if len(known) > 1 else None
    if next_ is None:
        return
    leads = [held.published(each, "lead") for each in _holders(held, end)]
    lead = leads[0] or derived(end.value - next_.value, end.measure.of_changes, "lead", end, next_)
    if lead.value:
        yield Clause("lead", {"lead": lead, "unit": _name(held, next_.about), "next": next_})


def of_classes(held: Held) -> Iterator[Statement]:
    """How many units are in each class, and between which marks it lies."""
    classes = held.result.classes
    bands = classes.bands if classes is not None else ()
    count = units_counted(held)
    for name, title in {each.name: _title(each) for each in bands}.items() or _seen_bands(held):
        about = f"band:{name}"
        number = held.published(about, "count")
        settled = all(not card.class_open for card in held.result.scorecards)
        if number is None and held.whole and settled and held.result.scorecards:
            inside = sum(card.class_name == name for card in held.result.scorecards)
            number = _count(held, about, "count", inside)
        if number is None:
            continue
        clauses = [
            Clause("class-count", {"class": title, "count": number, "units": many(held.result.edition)})
        ]
        part = None if count is None else share("share", number, count)
        clauses += [] if part is None else [Clause("rate", {"rate": part})]
        yield Statement(Kind.CLASS, about, tuple(clauses + _marks(held, about)))


def _title(band: Band) -> Text:
    return band.title if band.title.in_("vi") else Text(band.name)


def _seen_bands(held: Held) -> list[tuple[str, Text]]:
    """Classes that only published figures name: those with a mark."""
    marks = (*held.named("from"), *held.named("below"))
    return [(name, Text(name)) for name in sorted({each.about.removeprefix("band:") for each in marks})]


def _marks(held: Held, about: str) -> list[Clause]:
    least, below = held.published(about, "from"), held.published(about, "below")
    if least is not None and below is not None:
        return [Clause("from-below", {"from": least, "below": below})]
    if least is not None:
        return [Clause("from", {"from": least})]
    return [] if below is None else [Clause("below-mark", {"below": below})]


def of_regions(held: Held) -> Iterator[Statement]:
    """The mean of each region, the highest first, and its change."""
    found: list[tuple[Figure, Text]] = []
    for region, title in held.regions.items():
        number = held.published(f"region:{region}", "mean") or _region_mean(held, region)
        if number is not None:
            found.append((number, title))
    for number, title in sorted(found, key=lambda each: (-each[0].value, each[0].about)):
        clauses = [Clause("region", {"region": title, "mean": number})]
        before = held.published_before(number.about, "mean")
        if before is not None:
            clauses.append(change_clause("change", change("mean_change", number, before), held.before))
        yield Statement(Kind.REGION, number.about, tuple(clauses))


def _region_mean(held: Held, region: str) -> Figure | None:
    known = [held.card_index(card) for card in held.ranked if card.unit.region == region]
    numbers = [each for each in known if each is not None]
    if not held.whole or not numbers:
        return None
    value = sum((each.value for each in numbers), Fraction(0)) / len(numbers)
    at = f"region:{region}", "mean", held.now
    return computed(value, held.index_measure, *at)


def _sorted(figures: Iterator[Figure] | Sequence[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda each: (-each.value, each.about))


def _count(held: Held, about: str, quantity: str, number: int) -> Figure:
    return computed(Fraction(number), Measure.COUNT, about, quantity, held.now)


def _name(held: Held, unit: str) -> Text:
    found = held.unit(unit)
    return Text(unit) if found is None else found.name
