"""A scale in words: which numbers of the measure pay what."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from parcore.intervals import EVERYTHING, Interval, Range
from parcore.numbers import ONE
from parcore.readings.prose.words import Speaker
from parcore.rules.increments import Counting, Increments
from parcore.rules.kinds import Kind
from parcore.rules.scales import Scale, Step, Steps, Straight, Through, Towards


@frozen
class Measured:
    """What a scale says of its measure: how its numbers are written and called, and which it gives."""

    kind: Kind
    noun: str
    range: Range


def scale_text(scale: Scale, measured: Measured, top: Fraction | None, speaker: Speaker) -> str:
    """The scale as one sentence, without what is ours in it."""
    match scale:
        case Steps():
            return _steps(scale, measured, top, speaker)
        case Straight():
            return _straight(scale, measured, top, speaker)
        case Through():
            return _through(scale, measured, top, speaker)
        case Towards():
            target = speaker.amount(scale.target.of(speaker.group), measured.kind)
            full = "" if top is None else speaker.points(top)
            return speaker.say("prose-towards", target=target, full=full, noun=measured.noun)
        case Increments():
            return _increments(scale, measured, speaker)


def ours_in(scale: Scale, measured: Measured, top: Fraction | None, speaker: Speaker) -> list[str]:
    """The steps by which we settle what the text leaves open."""
    if not isinstance(scale, Steps):
        return []
    return [
        speaker.say(
            "prose-ours",
            what=_step(step.intervals[speaker.group], step, measured, top, speaker),
            whose=speaker.whose(step.source),
        )
        for step in scale.steps
        if step.source is not None
    ]


def _steps(scale: Steps, measured: Measured, top: Fraction | None, speaker: Speaker) -> str:
    left, parts = [EVERYTHING], []
    for step in scale.steps:
        interval = step.intervals[speaker.group]
        if step.source is not None:
            continue
        shown = _narrowed(interval, left, measured.range) if scale.nested else interval
        parts.append(_step(shown, step, measured, top, speaker))
        left = [part for each in left for part in each.minus(interval)]
    return "; ".join(parts)


def _narrowed(interval: Interval, left: list[Interval], within: Range) -> Interval:
    """What a step of a ladder decides, where that is one interval that still names the step's own edges."""
    taken = [part for each in left if (part := each.meet(interval)) is not None]
    if interval == EVERYTHING or len(taken) != 1:
        return interval
    (only,) = taken
    reached = only.meet(within.interval)
    if reached is not None and reached.low is not None and reached.low == reached.high:
        only = reached
    kept = {only.low, only.high} >= {edge for edge in (interval.low, interval.high) if edge is not None}
    return only if kept else interval


def _step(interval: Interval, step: Step, measured: Measured, top: Fraction | None, speaker: Speaker) -> str:
    where = speaker.interval(interval, measured.kind)
    return f"{where}: {speaker.pays(step.award, top, measured.noun)}"


def _straight(scale: Straight, measured: Measured, top: Fraction | None, speaker: Speaker) -> str:
    group = speaker.group
    cap = None if scale.cap is None else scale.cap.of(group)
    if scale.word == "per" and scale.slope is not None:
        counted = measured.range.step == ONE and measured.kind is Kind.NUMBER
        word = f"prose-per-{'case' if counted else 'one'}{'-off' if speaker.off else ''}"
        text = speaker.say(word, points=speaker.points(scale.slope.of(group)))
    else:
        slope = top if scale.slope is None else scale.slope.of(group)
        line = speaker.number(slope or Fraction(0))
        offset = scale.offset.of(group)
        if scale.slope is None:
            text = speaker.say("prose-rate", noun=measured.noun, max=line)
        else:
            more = f" {'−' if offset < 0 else '+'} {speaker.number(abs(offset))}" if offset else ""
            word = "prose-line-off" if speaker.off else "prose-line"
            text = speaker.say(word, line=f"{line} × {measured.noun}{more}")
    if cap is not None:
        text += speaker.say("prose-cap-off" if speaker.off else "prose-cap", points=speaker.points(cap))
    return text


def _through(scale: Through, measured: Measured, top: Fraction | None, speaker: Speaker) -> str:
    points = "; ".join(
        f"{speaker.amount(x.of(speaker.group), measured.kind)}: {speaker.pays(award, top, measured.noun)}"
        for x, award in scale.points
    )
    return speaker.say("prose-through", points=points)


def _increments(scale: Increments, measured: Measured, speaker: Speaker) -> str:
    group, kind = speaker.group, measured.kind
    base, start = speaker.points(scale.base.of(group)), speaker.amount(scale.start.of(group), kind)
    word = "prose-pro-rata" if scale.counting is Counting.PRO_RATA else "prose-whole-steps"
    parts = [speaker.say("prose-base", start=start, points=base)]
    for segment in scale.segments:
        each = speaker.say(
            "prose-each",
            each=speaker.amount(segment.each.of(group), kind),
            points=speaker.points(segment.add.of(group)),
        )
        if segment.to is None:
            parts.append(speaker.say("prose-beyond", each=each))
        else:
            end = speaker.amount(segment.to.of(group), kind)
            parts.append(speaker.say("prose-on-to", end=end, each=each))
    if scale.segments[-1].to is not None:
        parts.append(speaker.say("prose-no-more"))
    cap = speaker.say("prose-cap", points=speaker.points(scale.cap.of(group)))
    return f"{'; '.join(parts)} ({speaker.say(word)}){cap}"
