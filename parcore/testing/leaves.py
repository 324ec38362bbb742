"""Leaves: a rule of every kind, behind guards perhaps, and an effect for each state that can arise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attrs import evolve
from hypothesis import strategies as st

from parcore.editions.criteria import read_criterion
from parcore.numbers import ONE, ZERO, decimals
from parcore.rules.measures import ChoiceOf
from parcore.testing.documents import Plain, Unsound, tree_of
from parcore.testing.measures import as_read, measures
from parcore.testing.scales import edges, scales
from parcore.testing.setting import F, Setting, number_text, times, written
from parcore.values import ALWAYS_POSSIBLE, State

SOURCE: Final = {"clause": "1", "basis": "illustrative"}
INTERPRETED: Final = {"basis": "interpretation", "note": "drawn"}
_ALWAYS: Final = tuple(state.word for state in ALWAYS_POSSIBLE)


def leaves(at: Setting, name: str, top: Any, *, kind: str = "") -> Plain:
    """A leaf's document, valid where it stands; `top` is its maximum as written."""
    rule = RULES[kind or at.one_of(*_KINDS)](at)
    if at.chance(4):
        rule |= _guards(at, rule)
    data: Plain = {"id": name, "title": name, "max": top, **rule, "source": dict(SOURCE)}
    arising, withholds = _arising(at, data)
    when = effects(at, arising)
    # What a row of the rule withholds may not be had by saying nothing.
    return data | {"when": when | ({"missing": at.one_of("withhold", "error")} if withholds else {})}


def _arising(at: Setting, data: Plain) -> tuple[frozenset[State], bool]:
    """The states that can arise at a leaf, as the engine's reader finds them; whether its rule withholds."""
    context = at.context()
    read = read_criterion(tree_of(data | {"when": {}}), context).rule  # type: ignore[union-attr]
    if read is None:
        raise Unsound(f"{data}: {[each.render('en') for each in context.findings]}")
    reported = "reported" in str(data.get("measure"))
    states = read.states() | (_reported_states(at) if reported else frozenset())
    through = {State.NOTHING_AROSE, State.NOT_APPLICABLE} if at.falls_through else set()
    return frozenset(states - through), State.WITHHELD in read.raises()


def _reported_states(at: Setting) -> frozenset[State]:
    """What is given as points may be said not to apply, where the leaf's effects say so."""
    return frozenset(at.draw(st.sets(st.sampled_from([State.NOTHING_AROSE, State.NOT_APPLICABLE]))))


def effects(at: Setting, arising: frozenset[State]) -> Plain:
    """An effect for each state: for those that hide evidence only such that hiding never pays."""
    strict = at.chance(6)
    milds: list[Any] = ["full"] if at.penalty else ["zero"]
    if at.top is not None and not at.stays and at.chance(8):
        milds.append({"effect": "zero" if at.penalty else "exclude", **INTERPRETED})
    when: Plain = {}
    for word in _ALWAYS:
        when[word] = at.one_of("withhold", "error", *milds) if strict else at.one_of(*milds)
    hard = [word for word in ("unverified", "rejected") if when[word] in ("withhold", "error")]
    if hard:  # what is withheld for another state may not be had by saying nothing
        when["missing"] = at.one_of("withhold", "error")
    free: list[Any] = ["zero", "withhold", "error"]
    if at.top is not None:
        free = [
            "exclude",
            "full",
            "zero",
            {"effect": "substitute", "points": at.pays(F(1, 2)), **INTERPRETED},
        ]
        free = ["rescale"] * 3 + free if at.in_group else free
        free += ["withhold"] if at.chance(6) else []
    for state in sorted(arising):
        if state not in ALWAYS_POSSIBLE:
            when[state.word] = at.one_of(*free)
    return when


# Rules


def _scored(at: Setting) -> Plain:
    data, measure = measures(at)
    return {"measure": data, **scales(at, measure)}


def _peers(at: Setting) -> Plain:
    if at.of_cases:
        return _scored(at)
    data, measure = measures(at, "compared", "min_max", "rank")
    return {"measure": data, **scales(at, measure)}


def _choice(at: Setting) -> Plain:
    """A table of states: of a field's options, or of another index's classes."""
    data: Plain = measures(at, "choice")[0]
    if not at.of_cases and at.chance(4):
        data = {"index": {"name": "sipas", "of": "class", "classes": ["A", "B", "C"]}}
    choice = as_read(at, data)
    assert isinstance(choice, ChoiceOf)
    options = choice.spec.options
    pays = [at.pays(at.share()) for _ in options]
    best = at.draw(st.integers(0, len(options) - 1))
    pays[best] = at.pays(ONE)
    if at.top is not None and at.chance(2):
        word = at.one_of(*(["rescale"] * 3 if at.in_group else []), "exclude", "withhold")
        pays[best - 1] = word
    return {"measure": data, "table": dict(zip(options, pays, strict=True))}


def _conditions(at: Setting) -> Plain:
    """A table over two measures: rows that tile their plane, or leave a part of it that is settled."""
    (one, x), (two, y) = (measures(at, *_PLAIN) for _ in range(2))
    u, v = (at.one_of(*edges(each.range(at.groups[0]))) for each in (x, y))
    figures = {"limit": written(at.amount(lambda: u))} if not at.part and at.chance(2) else {}
    mark = "limit" if figures else number_text(u)
    low, high = f"x < {mark}", f"x >= {mark}"
    less, more = f"y <= {number_text(v)}", f'y in "({number_text(v)},…)"'
    least, most = at.pays(at.share()), at.pays(ONE)
    other = at.one_of(at.pays(at.share()), *(["exclude", "withhold"] if at.top is not None else []))
    rows: list[Plain] = at.one_of(
        [{"when": [high, more], "points": most}, {"when": [high, less], "points": least},
         {"when": low, "points": other}],
        [{"when": {"any": [high, more]}, "points": most},
         {"when": {"not": {"any": [high, more]}}, "points": other}],
        [{"when": {"all": [low, less]}, "points": other}, {"when": {"any": [high, more]}, "points": most}],
    )  # fmt: skip
    found: Plain = {
        "measures": {"x": one, "y": two},
        "table": rows,
        **({"figures": figures} if figures else {}),
    }
    if not at.chance(3):
        return found
    ours = {"case": low, "points": least, **INTERPRETED}
    rows = [{"when": [high, more], "points": most}, {"when": [high, less], "points": least}]
    return found | {"table": rows, "interpret": [ours]}


_PLAIN: Final = ("value", "count", "ratio", "share", "days", "survey", "formula", "growth", "index", "rank")


def _reported(at: Setting) -> Plain:
    if at.of_cases or at.part:
        return _scored(at)
    least, step = at.one_of(None, ZERO), at.one_of(None, F(1, 4), F(1, 2))
    options = {"min": least, "step": step}
    given = {word: number_text(each) for word, each in options.items() if each is not None}
    return {"measure": {"reported": given} if given else "reported"}


def _deduct(at: Setting) -> Plain:
    """Points off a start; parts that are counted, parts with rules of their own, some counted once."""
    if at.of_cases or at.top is None:
        return _scored(at)
    parts: list[Plain] = [_counted(at)]
    inner = evolve(at, top=None, in_group=False, part=True)
    while at.chance(2) and len(parts) < 4:
        parts.append(
            _counted(at) if at.chance(2) else RULES[at.one_of("scored", "choice", "conditions")](inner)
        )
    found: Plain = {"from": written(at.top), "floor": at.one_of("0", written(_half(at.top))), "parts": parts}
    if len(parts) > 1 and at.chance(2):
        for n, part in enumerate(parts[:2]):
            part["id"] = f"p{n}"
        found["once"] = [["p0", "p1"]]
    return {"deduct": found}


def _half(top: Any) -> Any:
    return times(top, dict.fromkeys(top, F(1, 2)))


def _counted(at: Setting) -> Plain:
    per = at.one_of("late", "few", ["late", "few"], "regulations")
    found: Plain = {"per": per, "points": at.one_of("0.5", "0.25", "1")}
    return found | ({"cap": "1"} if at.chance(2) else {})


def _mean_over(at: Setting) -> Plain:
    """A rule for each case, with effects of its own for the case, and the mean of what they get."""
    if at.of_cases or at.top is None:
        return _scored(at)
    inner = at.over_cases()
    rule = RULES[at.one_of("choice", "scored", "conditions")](inner)
    if at.chance(4):
        rule |= _guards(inner, rule)
    data: Plain = {"records": next(iter(at.vocabulary.records)), **rule}
    least = max(decimals(top) or 0 for top in at.top.values())
    data |= {"round": str(at.one_of(least, least + 1))} if at.chance(2) else {}
    probe = {"id": "drawn", "title": "drawn", "max": written(at.top), "source": dict(SOURCE), **rule}
    arising, withholds = _arising(inner, probe)
    when = effects(inner, arising) | ({"missing": "withhold"} if withholds else {})
    data |= {"needs_one": "yes"} if at.chance(3) else {}
    return {"mean_over": data | {"when": when}}


RULES: Final[dict[str, Callable[[Setting], Plain]]] = {
    "scored": _scored,
    "peers": _peers,
    "choice": _choice,
    "conditions": _conditions,
    "reported": _reported,
    "deduct": _deduct,
    "mean_over": _mean_over,
}
_KINDS: Final = (
    "scored",
    "scored",
    "scored",
    "choice",
    "conditions",
    "peers",
    "reported",
    "deduct",
    "mean_over",
)


# Guards


def _guards(at: Setting, rule: Plain) -> Plain:
    """One guard or two, on fields or the rule's own measures: what they pay stands before the rule."""
    guards = [_guard(at, rule) for _ in range(at.one_of(1, 1, 2))]
    return {"guard": guards[0] if len(guards) == 1 else guards}


def _guard(at: Setting, rule: Plain) -> Plain:
    condition: Any = at.one_of("late > 3", "plan = never", ["late > 0", "rate < 50%"], {"not": "done >= 2"},
                               {"any": ["late = 5", "planned = 0"]}, 'rate in "[0%,10%]"')  # fmt: skip
    names = [*rule.get("measures", ()), *(["measure"] if "scale" in rule or "cases" in rule else [])]
    if names and at.chance(3):
        condition = f"{at.one_of(*names)} {at.one_of('<', '<=', '>', '>=', '=')} {at.one_of('0', '1', '-1')}"
    word = at.one_of("if", "unless")
    pays = [at.pays(ZERO), at.pays(at.share())] + (["withhold"] if at.top is not None else [])
    return {word: condition, "points": at.one_of(*pays)}
