"""The comments of a printed statement: what table it reads, within which bounds; the rule of each criterion.

In: an edition and a language. Out: lines of SQL comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Final

from parcore.editions.edition import Edition
from parcore.evidence.vocabulary import FieldKind
from parcore.i18n import Text, say
from parcore.readings.pair.backend import Undecided
from parcore.readings.prose.annex import Item, describe
from parcore.rules.graph import Symbol
from parcore.sources import Source
from parcore.values import EVIDENCE_STATES
from parcore_sql.cases import MOST, Case
from parcore_sql.dialects import Dialect
from parcore_sql.given import CUT, EVIDENCE, GROUP, STATE, Given, Room, decimal, kept
from parcore_sql.groups import FACTS, INDEX

SHOWN_DIGITS: Final = 4
"""The decimals of a number that is no decimal; beside it stands the fraction that it is."""
_WIDTH: Final = 110
_REQUIRED: Final = " NOT NULL"

_READS: Final = Text(
    "Đọc một bảng `evidence`, mỗi đơn vị một dòng. Mỗi trường một cột, bên cạnh là cột trạng thái: để trống"
    " hoặc `ok` là có số, còn lại là {states}. Không có số cũng không có trạng thái là `missing`.",
    "Reads one table, `evidence`, a row for each unit. A field has a column, and beside it one for its"
    " state: empty or `ok` where there is a number, else one of {states}. Neither is `missing`.",
)
_LIST: Final = Text(
    "để trống nếu có hồ sơ trong `{kind}`; `ok` mà không có hồ sơ nào là không phát sinh",
    "empty where there are cases in `{kind}`; `ok` without any: nothing arose",
)
_CASES: Final = Text(
    "Và bảng `{kind}`, mỗi hồ sơ một dòng, nhiều nhất {most} hồ sơ một đơn vị:",
    "And the table `{kind}`, a row for each case, {most} of a unit at most:",
)
_CASE: Final = Text("Trên các hồ sơ ({title}): {op}", "Over the cases ({title}): {op}")
_SKIPPED: Final = Text("; bỏ qua {states}", "; left out: {states}")
_BOUNDS: Final = Text(
    "Số phải nằm trong giới hạn ghi cạnh cột (chỗ danh mục không nêu: đến {most}, {decimals} chữ số thập"
    " phân). Dòng nào có số ngoài giới hạn, có trạng thái lạ, trái một điều phải đúng giữa các cột, hoặc đơn"
    " vị lặp lại thì `decided` là false và không có điểm. Chữ ngoài danh sách lựa chọn là `error`.",
    "Numbers must lie within the bounds beside their columns (where the vocabulary states none: up to {most},"
    " with {decimals} decimals). A row with a number outside, with a state that is none, that breaks"
    " what must hold between columns, or of a unit that stands twice has `decided` false and no points. A"
    " word that is no choice is an `error`.",
)
_MUST_HOLD: Final = Text(
    "Phải đúng ở nơi các cột đều có số{where}: {rules}.",
    "Must hold where all of the columns have numbers{where}: {rules}.",
)
_OF_CASES: Final = Text(" (từng hồ sơ của `{kind}`)", " (each case of `{kind}`)")
_ROUNDED: Final = Text(
    "Chú ý khi nạp số: cơ sở dữ liệu tự làm tròn số có nhiều chữ số thập phân hơn kiểu của cột, trước khi câu"
    " lệnh này kịp thấy. Số chưa chắc thì khai cột rộng hơn, như DECIMAL(38, 9): thừa chữ số thì `decided` là"
    " false.",
    "When figures are put in: a database itself rounds what has more decimals than the type of its column,"
    " before this statement sees it. Where figures may have more, make the column wider, as DECIMAL(38, 9):"
    " with more decimals than are stated here `decided` is then false.",
)
_GROUPS: Final = Text(
    "Chỉ đọc dòng có `unit_group` là '{group}'; dòng của nhóm khác, hoặc không ghi nhóm, thuộc câu lệnh khác"
    " hoặc không được chấm.",
    "Only rows whose `unit_group` is '{group}' are read; those of other groups are another statement's, those"
    " of none are nobody's.",
)
_UNKNOWN_UNITS: Final = Text(
    "Hồ sơ của đơn vị không có trong `evidence` không được tính.",
    "Cases of a unit that is not in `evidence` are not counted.",
)
_DERIVED: Final = Text(
    "Số liệu mà danh mục tính từ danh sách hồ sơ ở đây là cột như mọi cột: câu lệnh không tự tính, hãy nạp số"
    " đã tính của {fields}.",
    "Figures that the vocabulary derives from lists of cases are columns here like any: the statement does"
    " not work them out, so put in what was worked out of {fields}.",
)
_GIVES: Final = Text(
    "Cho mỗi đơn vị: điểm từng tiêu chí và chỉ số. Mọi phép tính là số nguyên: giá trị là n / d. Số không"
    " viết hết thành thập phân được làm tròn đến {digits} chữ số để đọc, cột `:exact` bên cạnh là phân số"
    " đúng.",
    "Gives for each unit the points of each criterion, and the index. All arithmetic is of integers: a value"
    " is n / d. A number that is no short decimal is rounded to {digits} decimals for reading, and `:exact`"
    " beside it is the fraction.",
)
_CODES: Final = Text(
    "Trạng thái bên trong: 0 có số, 1 không phát sinh, 2 chưa thẩm định, 3 thiếu, 4 không được công nhận,"
    " 5 không áp dụng, 10 không tính, 11 quy đổi, 20 chưa tính, 30 số liệu sai.",
    "States inside: 0 a number, 1 nothing arose, 2 unverified, 3 missing, 4 rejected, 5 not applicable,"
    " 10 excluded, 11 rescaled, 20 withheld, 30 error.",
)
_REFUSED: Final = Text(
    "Không có ở đây vì không đủ chỗ cho số ({why}): {roots}. Dùng PostgreSQL, hoặc `parcore score`.",
    "Not here, for want of room ({why}): {roots}. Take PostgreSQL, or `parcore score`.",
)
_NOT_HERE: Final = Text(
    "Không nằm trong đây: xếp loại, xếp hạng, điểm do người thẩm định đặt, khảo sát không tiến hành.",
    "Not part of this: classes, places, points that an appraiser set, surveys that were not run.",
)
_ONLY: Final = Text(
    "Chỉ cho nhóm đơn vị `{group}` ({title}).", "For the unit group `{group}` ({title}) alone."
)
_INDEX: Final = Text("Chỉ số", "The index")
_FACTS: Final = Text("Những gì chính sách xếp loại đọc", "What the policies of classes and places read")
_RESULT: Final = Text("Kết quả", "The result")
_SHARE: Final = Text("0.95 là 95 %", "0.95 is 95 %")
_BACK: Final = Text("(số của kỳ trước, lùi {lag})", "(of the period before, {lag} back)")
_DAY: Final = Text("ngày", "a day")


class Notes:
    """The comments of an edition's statement for one unit group ("" where it does not tell them apart)."""

    def __init__(self, edition: Edition, group: str, lang: str) -> None:
        self._edition, self._group, self._lang = edition, group, lang
        annex = describe(edition, lang)
        self._items = {each.id: each for each in _all((*annex.items, *annex.adjustments))}

    def heading(
        self,
        room: Room,
        given: Sequence[Given],
        cases: Mapping[str, Sequence[Given]],
        refused: Mapping[str, Undecided],
        dialect: Dialect,
    ) -> list[str]:
        """What the statement is of, reads and gives, and what is not in it."""
        edition, lang = self._edition, self._lang
        lines = [f"{edition.title.in_(lang)} ({edition.key})"]
        if edition.decision is not None:
            issued = "" if edition.decision.issued is None else edition.decision.issued.isoformat()
            told = (edition.decision.number, issued, edition.decision.issuer)
            lines += [", ".join(filter(None, told))]
        lines += self._source(edition.source)
        if self._group:
            title = edition.group_title(self._group, lang)
            lines += [_ONLY.in_(lang).format(group=self._group, title=title)]
        states = ", ".join(f"`{state.word}`" for state in EVIDENCE_STATES)
        lines += ["", *_wrapped(_READS.in_(lang).format(states=states))]
        groups = [(GROUP, "TEXT", "")] if self._group else []
        lists = [(kind + STATE, "TEXT", _LIST.in_(lang).format(kind=kind)) for kind in cases]
        lines += ["", *self._table(EVIDENCE, [*groups, *lists], given, dialect), ""]
        for kind, of_kind in cases.items():
            lines += _wrapped(_CASES.in_(lang).format(kind=kind, most=spaced(str(MOST))))
            lines += ["", *self._table(kind, [], of_kind, dialect), ""]
        lines += _wrapped(_BOUNDS.in_(lang).format(most=spaced(str(room.most)), decimals=room.decimals))
        lines += self._must_hold(given, cases)
        derived = dict.fromkeys(f"`{each.name}`" for each in given if each.spec.derive is not None)
        if derived:
            lines += _wrapped(_DERIVED.in_(lang).format(fields=", ".join(derived)))
        more = [*([_GROUPS] if self._group else []), *([_UNKNOWN_UNITS] if cases else []), _ROUNDED]
        for each in more:
            lines += _wrapped(each.in_(lang).format(group=self._group))
        for text in (_GIVES, _CODES, _NOT_HERE):
            lines += _wrapped(text.in_(lang).format(digits=SHOWN_DIGITS))
        if refused:
            roots = ", ".join(f"`{each}`" for each in refused)
            why = next(iter(refused.values()))
            lines += ["", *_wrapped(_REFUSED.in_(lang).format(why=why, roots=roots))]
        return _comments(lines)

    def _must_hold(self, given: Sequence[Given], cases: Mapping[str, Sequence[Given]]) -> Iterator[str]:
        """What must hold between columns, and between those of each case."""
        vocabulary = self._edition.vocabulary
        told = [("", vocabulary.invariants, given)]
        for kind, of_kind in cases.items():
            told.append(
                (_OF_CASES.in_(self._lang).format(kind=kind), vocabulary.records[kind].invariants, of_kind)
            )
        for where, invariants, columns in told:
            rules = dict.fromkeys(str(each.rule) for each, _ in kept(invariants, columns, ""))
            if rules:
                yield from _wrapped(_MUST_HOLD.in_(self._lang).format(where=where, rules="; ".join(rules)))

    def of(self, group: str) -> list[str]:
        """A criterion: its code, title and maximum, its rule in sentences, its clause and the words of it."""
        if group in (INDEX, FACTS):
            return _comments([(_INDEX if group == INDEX else _FACTS).in_(self._lang)])
        item = self._items.get(group)
        if item is None:
            return [f"-- {group}"]
        lines = [f"{item.code} {item.title} ({item.max})".strip()]
        for each in item.sentences:
            lines += _wrapped(each, "  ")
        return _comments(lines)

    def of_case(self, case: Case) -> list[str]:
        """An aggregate over cases: its kind, and the states that it leaves out."""
        title = self._edition.vocabulary.records[case.kind].title.in_(self._lang)
        told = _CASE.in_(self._lang).format(op=case.over.op.value, title=title or case.kind)
        if case.over.skip:
            skipped = ", ".join(f"`{state.word}`" for state in sorted(case.over.skip))
            told += _SKIPPED.in_(self._lang).format(states=skipped)
        return ["", *_comments(_wrapped(told))]

    def of_result(self) -> list[str]:
        """The heading of the last table."""
        return ["", *_comments([_RESULT.in_(self._lang)])]

    def _source(self, source: Source | None) -> Iterator[str]:
        if source is None:
            return
        quote = source.quote.in_(self._lang)
        said = ": ".join(filter(None, (str(source), quote and f"“{quote}”")))
        yield from _wrapped(f"[{say(f'basis-{source.basis.value}', self._lang)}] {said}")

    def _table(
        self, table: str, first: Iterable[tuple[str, str, str]], given: Sequence[Given], dialect: Dialect
    ) -> Iterator[str]:
        """The table as a statement that makes it, each column with its title and bounds."""
        yield f"CREATE TABLE {dialect.quoted(table)} ("
        columns = [("unit", f"TEXT{_REQUIRED}", ""), *first]
        seen: set[str] = set()
        for each in given:
            if each.name not in seen:
                seen.add(each.name)
                columns.append((each.name, each.type, self._told(each)))
                columns.append((each.name + STATE, "TEXT", ""))
        for at, (name, kind, told) in enumerate(columns):
            end = "" if at == len(columns) - 1 else ","
            yield f"  {dialect.quoted(name)} {_typed(kind, dialect)}{end}" + (f"  -- {told}" if told else "")
        yield ");"

    def _told(self, each: Given) -> str:
        title = self._title(each)
        if isinstance(each.source, Symbol):
            bounds = " | ".join(each.source.options)
        elif each.spec.kind is FieldKind.DATE:
            bounds = _DAY.in_(self._lang)
        else:
            low, high = (decimal(end, each.decimals) for end in (each.shape.low, each.shape.high))
            bounds = f"{spaced(low)} … {spaced(high)}"
            if each.spec.unit == "%":
                bounds += f"; {_SHARE.in_(self._lang)}"
            elif each.spec.unit:
                bounds += f" {each.spec.unit}"
        return ": ".join(filter(None, (title, bounds)))

    def _title(self, each: Given) -> str:
        """What a column is of: the field's title; its whole name where that was cut; how far back it is."""
        name = each.source.name
        title = (
            say(f"prose-day-{name[1:]}", self._lang) if name[0] == "@" else each.spec.title.in_(self._lang)
        )
        told = [_line(title)]
        if CUT in each.name:
            told.append(f"(`{name}`)")
        if each.source.lag:
            told.append(_BACK.in_(self._lang).format(lag=each.source.lag))
        return " ".join(filter(None, told))


def _all(items: Iterable[Item]) -> Iterator[Item]:
    for each in items:
        yield each
        yield from _all(each.parts)


def spaced(number: str) -> str:
    """The digits before the point in threes."""
    whole, point, rest = number.partition(".")
    return f"{int(whole):,}".replace(",", "\u202f") + (point + rest if rest.strip("0") else "")


def _typed(kind: str, dialect: Dialect) -> str:
    """A type as the dialect calls it, with what is required of the column."""
    name = kind.removesuffix(_REQUIRED)
    return dialect.typed(name) + kind[len(name) :]


def _line(text: str) -> str:
    return " ".join(text.split())


def _wrapped(text: str, pad: str = "") -> list[str]:
    return [pad + each for each in wrap(_line(text), _WIDTH - len(pad), break_long_words=False)]


def _comments(lines: Iterable[str]) -> list[str]:
    """Each a line, whatever stands in it: a title never goes on outside its comment."""
    told = (" ".join(line.splitlines()) if line.startswith("  ") else _line(line) for line in lines)
    return [f"-- {line}".rstrip() for line in told]
