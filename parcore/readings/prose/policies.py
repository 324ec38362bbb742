"""The policies of an edition in sentences: each a function from the edition to its sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from attrs import frozen

from parcore.editions.edition import Edition
from parcore.i18n import Text
from parcore.readings.prose.conditions import condition_text
from parcore.readings.prose.groups import by_group
from parcore.readings.prose.measures import measure_text
from parcore.readings.prose.rules import named_by_letters
from parcore.readings.prose.words import Speaker
from parcore.rules.kinds import Kind
from parcore.rules.policies import (
    Band,
    Classes,
    Gate,
    Level,
    Limit,
    Quota,
    Ranking,
    Reads,
    TieBreak,
    Verdict,
    Zone,
)
from parcore.values import State


@frozen
class _Laid:
    """An edition and the language in which its policies are said."""

    edition: Edition
    lang: str

    def say(self, word: str, **values: object) -> str:
        """A pattern, filled in."""
        return self.speaker().say(word, **values)

    def speaker(self, group: str = "") -> Speaker:
        """For what differs by no unit group."""
        return Speaker(self.edition.vocabulary, self.lang, group or self.edition.groups[0])

    def by_group(self, tell: Callable[[Speaker], str]) -> str:
        """One sentence for all unit groups."""
        return by_group(self.edition, self.lang, lambda speaker: [tell(speaker)])[0]


def _rounding(laid: _Laid) -> Iterator[str]:
    """Where the edition rounds, and how."""
    plan = laid.edition.rounding
    levels = [
        laid.say(f"prose-round-{level.value}", digits=laid.speaker().decimals(plan.digits[level]))
        for level in Level
        if level in plan.digits
    ]
    if levels:
        yield laid.say(f"prose-rounding-{plan.mode.value}", levels="; ".join(levels))
    else:
        yield laid.say("prose-rounding-none")


def _conversion(laid: _Laid) -> Iterator[str]:
    """To what the attainable maximum is converted."""
    to = laid.edition.conversion
    if to is not None:
        yield laid.by_group(lambda s: s.say("prose-conversion", to=s.points(to.of(s.group))))


def _adjustments(laid: _Laid) -> Iterator[str]:
    """The ends within which the total is held after bonus and penalty."""
    found = laid.edition.adjustments
    if found is not None:
        yield laid.by_group(
            lambda s: s.say(
                "prose-adjusted",
                low=s.points(found.at_least.of(s.group)),
                high=s.points(found.at_most.of(s.group)),
            )
        )


def _absent(laid: _Laid) -> Iterator[str]:
    """Methods whose leaves are left out where nobody handed in anything."""
    for each in laid.edition.absent:
        method = laid.say(f"prose-method-{each.method.value}")
        yield laid.say("prose-absent", method=method) + laid.speaker().whose(each.source)


def _reads(reads: Reads, laid: _Laid) -> str:
    rounded = laid.say("prose-rounded-yes" if reads.rounded else "prose-rounded-no")
    return f"{laid.say(f'prose-quantity-{reads.quantity.value}')}, {rounded}"


def _classes(laid: _Laid) -> Iterator[str]:
    """The classes, each with what falls into it and what else it requires; facts and quotas."""
    for classes in laid.edition.classes:
        titles = {band.name: _title(band.title, band.name, laid) for band in classes.bands}
        bands = laid.by_group(partial(_bands, classes.bands, titles))
        yield _years(classes, laid) + laid.say("prose-classes", on=_reads(classes.on, laid), bands=bands)
        for zone in classes.zones:
            yield _zone(zone, titles, laid)
        for limit in classes.vetoes:
            yield _limit(limit, classes, titles, laid)
        for band in classes.bands:
            for gate in band.gates:
                yield _gate(gate, titles[band.name], laid)
        if any(band.gates for band in classes.bands):
            yield laid.say("prose-gate-failed")
        for limit in classes.caps:
            yield _limit(limit, classes, titles, laid)
        for quota in classes.quotas:
            yield _quota(quota, titles, laid)


def _title(title: Text, name: str, laid: _Laid) -> str:
    return title.in_(laid.lang) or name


def _bands(bands: tuple[Band, ...], titles: dict[str, str], speaker: Speaker) -> str:
    return "; ".join(
        f"{titles[band.name]}: {speaker.interval(band.intervals[speaker.group])}" for band in bands
    )


def _zone(zone: Zone, titles: dict[str, str], laid: _Laid) -> str:
    """Numbers whose class is open."""
    upper, lower = (titles[name] for name in zone.between)

    def tell(speaker: Speaker) -> str:
        where = speaker.interval(zone.intervals[speaker.group])
        return speaker.say("prose-zone", where=where, upper=upper, lower=lower) + speaker.whose(zone.source)

    return laid.by_group(tell)


def _years(classes: Classes, laid: _Laid) -> str:
    """The years for which classes hold, where they are not those of the edition."""
    if classes.first is None and classes.last is None:
        return ""
    word = (
        "prose-years" if classes.first and classes.last else "prose-since" if classes.first else "prose-until"
    )
    return laid.say(word, first=classes.first, last=classes.last)


def gate_points(gate: Gate, speaker: Speaker) -> str:
    """How many points a gate asks for."""
    amount = gate.amount.of(speaker.group)
    points = speaker.points(amount)
    if gate.share:
        points = speaker.say("pays-share", share=speaker.amount(amount, Kind.SHARE))
    return speaker.say("prose-gate-over" if gate.op == ">" else "prose-gate-least", points=points)


def _gate(gate: Gate, name: str, laid: _Laid) -> str:
    def tell(speaker: Speaker) -> str:
        return speaker.say(
            "prose-gate",
            name=name,
            every=speaker.say(f"prose-every-{gate.every.value}"),
            points=gate_points(gate, speaker),
            rounded=speaker.say("prose-rounded-yes" if gate.rounded else "prose-rounded-no"),
            excluded=speaker.say("prose-gate-passes" if gate.excluded else "prose-gate-fails"),
        )

    return laid.by_group(tell)


def limit_condition(limit: Limit, speaker: Speaker) -> str:
    """The condition of a veto or cap, with what its names stand for."""
    fact = limit.fact
    named = named_by_letters(fact.measures)
    measures = "; ".join(
        speaker.say("prose-is", left=named.names[name], right=measure_text(each, speaker))
        for name, each in fact.measures.items()
    )
    condition = condition_text(fact.condition, speaker, named)
    if not measures:
        return condition
    return speaker.say("prose-with-measures", measures=measures, condition=condition)


def _limit(limit: Limit, classes: Classes, titles: dict[str, str], laid: _Laid) -> str:
    def tell(speaker: Speaker) -> str:
        condition = limit_condition(limit, speaker)
        lowest = classes.ordered(speaker.group)[-1].name == limit.at_most
        word = "prose-limit-lowest" if lowest else "prose-limit"
        said = speaker.say(word, condition=condition, name=titles[limit.at_most])
        return said + speaker.whose(limit.source) + "".join(f"; {each}" for each in _verdicts(limit, speaker))

    return laid.by_group(tell)


def _verdicts(limit: Limit, speaker: Speaker) -> list[str]:
    groups: dict[Verdict, list[State]] = {}
    for state in sorted(limit.fact.when):
        groups.setdefault(limit.fact.when[state], []).append(state)
    return [
        f"{speaker.states(states)}: {speaker.say(f'prose-verdict-{verdict.value}')}"
        for verdict, states in groups.items()
    ]


def _quota(quota: Quota, titles: dict[str, str], laid: _Laid) -> str:
    speaker = laid.speaker()
    ends = "" if not quota.at_least else laid.say("prose-quota-least", units=quota.at_least)
    if quota.at_most is not None:
        ends += laid.say("prose-quota-most", units=quota.at_most)
    return laid.say(
        "prose-quota",
        name=titles[quota.name],
        share=speaker.amount(quota.share, Kind.SHARE),
        of=speaker.listed([titles[each] for each in quota.of], "or"),
        within=laid.say(f"prose-ranked-{quota.within.value}"),
        rounding=laid.say(f"prose-quota-{quota.rounding.value}"),
        ends=ends,
        ties=laid.say(f"prose-border-{quota.ties.value}"),
        otherwise=titles[quota.otherwise],
    )


def _ranking(laid: _Laid) -> Iterator[str]:
    """What units are ranked by, within which circles, how ties count and what breaks them."""
    ranking = laid.edition.ranking
    if ranking is None:
        return
    within = laid.speaker().listed([laid.say(f"prose-ranked-{each.value}") for each in ranking.within])
    ties = laid.say(f"prose-ties-{ranking.method.value}")
    yield laid.say("prose-ranking", on=_reads(ranking.on, laid), within=within, ties=ties)
    yield from _ties(ranking, laid)
    if ranking.unranked:
        yield laid.say("prose-unranked", units=", ".join(ranking.unranked))


def _ties(ranking: Ranking, laid: _Laid) -> Iterator[str]:
    if ranking.tolerance is not None:
        tolerance = ranking.tolerance
        word = f"prose-tolerance-{tolerance.against.value}"
        yield laid.say(word, of=laid.speaker().number(tolerance.of))
    if ranking.ties:
        yield laid.say("prose-tie-breaks", breaks="; ".join(_tie_break(each, laid) for each in ranking.ties))
    if ranking.authority:
        yield laid.say("prose-authority")


def _tie_break(each: TieBreak, laid: _Laid) -> str:
    if not each.points:
        word = "prose-tie-lowest" if each.lowest else "prose-tie-highest"
        return laid.say(word, of=laid.speaker().name(each.of))
    node = laid.edition.criterion(each.of)
    title = each.of if node is None else f"{node.code} “{node.title.in_(laid.lang)}”".strip()
    rounded = laid.say("prose-rounded-yes" if each.rounded else "prose-rounded-no")
    return laid.say("prose-tie-points", criterion=title, rounded=rounded)


def policies(edition: Edition, lang: str) -> tuple[str, ...]:
    """The sentences of all policies of an edition, in the order in which they are applied."""
    return tuple(each for name in POLICIES for each in policy_sentences(edition, name, lang))


def policy_sentences(edition: Edition, name: str, lang: str) -> tuple[str, ...]:
    """The sentences of one policy; none where the edition has it not."""
    return tuple(POLICIES[name](_Laid(edition, lang)))


Policy = Callable[[_Laid], Iterator[str]]
POLICIES: Final[dict[str, Policy]] = {
    "absent": _absent,
    "rounding": _rounding,
    "conversion": _conversion,
    "adjustments": _adjustments,
    "classes": _classes,
    "ranking": _ranking,
}
"""The policies in the order in which they are said; a new one is one more here."""
