"""Changes to a document or table, from one byte to its whole form, drawn from a `Random`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from random import Random

NUMBERS = (
    "1.000,5", "1,000.5", "1.234", "1,234", "1.234.567", "12.34.567", "１２", "٣", "1e3", "0x10", "1_000",
    "NaN", "inf", "-0", "-1", "+1", "--1", "0", "00", "007", "0.10", ".5", "5.", "1.", "½", "²", "1 000",
    "1\u00a0000", "1\u202f000", "-5%", "100%", "50 %", "%", "5%%", "\u22123", "\u20133", "9" * 61, "9" * 60,
    "9" * 5000, "0." + "0" * 50 + "1", "1/3", "1/0", "true", "null", "~", "1:30", "2024-02-30", "20240101",
    "2024-01-01", "> 80%", ">= 1", "< 0", "[0,1]", "=5", "0b1", "1,5", "1;5", "1'000", "1e-400", "-0%",
)  # fmt: skip
TEXTS = (
    "", " ", "''", '""', "-", "[]", "{}", "[[]]", "{a: b}", "[a, b]", "&a x", "*a", "!!int 5", "!x y", "|",
    ">",
    "? x", "#", "unknown", "missing", "nothing_arose", "không phát sinh", "rejected", "not_applicable", "ok",
    "unverified", "self", "final", "appraised", "proportional", "exclude", "full", "zero", "withhold", "yes",
    "no", "on", "vi", "en", "plain", "undeclared", "official", "illustrative", "2024", "2024-Q5", "2024-13",
    "group", "all", "none", "../x.csv", "/etc/passwd", "\\0", "\\N", "a\u0301", "\u0061\u0323\u0302", "ﬁ",
    "\u200b", "\u202e", "\ufeff", "\u2028", "\x85", "\x07", "\U0001f600", "ĐẠT", "<<", "<<: *a", "=1+1",
    "points:a", "index:a:score", "x" * 3000, "e" + "\u0301" * 40,
)  # fmt: skip
NUMBER = re.compile(r"(?<![\w.,/-])[+-]?\d+(?:[.,]\d+)*%?(?![\w/-])")
SCALAR = re.compile(r"(?<=: )[^\s\[{#&*!|>,}\]][^,\]}#\n]*|(?<=- )[\w.%-]+(?=\n)")
KEY = re.compile(r"[A-Za-z_][\w-]*(?=:)")

Change = Callable[[str, Random, dict[str, str]], str]


def _replaced(pattern: re.Pattern[str], text: str, random: Random, values: tuple[str, ...]) -> str:
    found = list(pattern.finditer(text))
    if not found:
        return text
    at = random.choice(found)
    return text[: at.start()] + random.choice(values) + text[at.end() :]


def a_number(text: str, random: Random, _: dict[str, str]) -> str:
    """A number becomes another, or something that may be taken for one."""
    return _replaced(NUMBER, text, random, NUMBERS)


def a_digit(text: str, random: Random, _: dict[str, str]) -> str:
    """A digit becomes another, is doubled, or is written in another script."""
    found = [each.start() for each in re.finditer(r"[0-9]", text)]
    if not found:
        return text
    at = random.choice(found)
    digit = int(text[at])
    new = (str((digit + random.randrange(1, 10)) % 10), text[at] * 2, chr(0xFF10 + digit), chr(0x660 + digit),
           f"{digit}.", f"{digit},")  # fmt: skip
    return text[:at] + random.choice(new) + text[at + 1 :]


def a_value(text: str, random: Random, _: dict[str, str]) -> str:
    """A value becomes another text, another type, or stands in quotes."""
    return _replaced(SCALAR, text, random, TEXTS + NUMBERS)


def a_key(text: str, random: Random, _: dict[str, str]) -> str:
    """A key becomes another, of the document's or none."""
    known = tuple({*KEY.findall(text)} | {"x", "max", "points", "<<", "id"})
    return _replaced(KEY, text, random, tuple(sorted(known)))


def a_cell(text: str, random: Random, _: dict[str, str]) -> str:
    """A cell of a table becomes another, is put in, or is left out."""
    lines = text.split("\n")
    at = random.randrange(len(lines))
    mark = max(",;\t", key=lines[0].count)
    cells = lines[at].split(mark)
    where, new = random.randrange(len(cells)), random.choice(NUMBERS + TEXTS)
    match random.randrange(5):
        case 0:
            cells.insert(where, new)
        case 1:
            del cells[where]
        case 2:
            cells[where] = f'"{new}"'
        case 3:
            cells[where] = f" {cells[where]} "
        case _:
            cells[where] = new
    lines[at] = mark.join(cells)
    return "\n".join(lines)


def a_column(text: str, random: Random, _: dict[str, str]) -> str:
    """A column of a table is doubled, or stands elsewhere."""
    rows = [each.split(",") for each in text.split("\n")]
    width = len(rows[0])
    one, two, move = random.randrange(width), random.randrange(width), random.random() < 0.7
    for row in rows:
        if len(row) == width:
            cell = row[one] if random.random() < 0.98 else random.choice(NUMBERS)
            row[two:two] = [cell]
            if move:
                del row[one + (one >= two)]
    return "\n".join(",".join(row) for row in rows)


def lines(text: str, random: Random, _: dict[str, str]) -> str:
    """A line is left out, doubled, moved, indented, or ended otherwise."""
    all_ = text.split("\n")
    at, other = random.randrange(len(all_)), random.randrange(len(all_))
    match random.randrange(6):
        case 0:
            del all_[at]
        case 1:
            all_.insert(at, all_[at])
        case 2:
            all_[at], all_[other] = all_[other], all_[at]
        case 3:
            all_[at] = random.choice(("  ", " ", "\t", "- ", "# ")) + all_[at]
        case 4:
            all_[at] = all_[at][random.choice((1, 2)) :]
        case _:
            all_[at] += random.choice(("\r", " ", "\t", ",", ":", " #", "\x85", "\u2028"))
    return "\n".join(all_)


def a_piece(text: str, random: Random, _: dict[str, str]) -> str:
    """A piece is cut out, doubled, or another put in its place."""
    start = random.randrange(len(text) + 1)
    end = min(len(text), start + random.randrange(30))
    new = random.choice(
        ("", text[start:end] * 2, random.choice(TEXTS + NUMBERS), random.choice("[]{}:,'\"\n|&*"))
    )
    return text[:start] + new + text[end:]


def cut(text: str, random: Random, _: dict[str, str]) -> str:
    """The end is missing."""
    return text[: random.randrange(len(text) + 1)]


def another(text: str, random: Random, files: dict[str, str]) -> str:
    """Lines of another document stand among these, or behind them."""
    other = files[random.choice(sorted(files))].split("\n")
    start = random.randrange(len(other))
    taken = other if random.random() < 0.2 else other[start : start + random.randrange(1, 12)]
    own = text.split("\n")
    at = random.choice((len(own), random.randrange(len(own))))
    return "\n".join([*own[:at], *taken, *own[at:]])


def nested(text: str, random: Random, _: dict[str, str]) -> str:
    """A value stands deep in lists or maps."""
    deep = random.choice((1, 2, 5, 39, 41, 2000))
    inner = random.choice(("x", "1", ""))
    made = random.choice(("[" * deep + inner + "]" * deep, "{a: " * deep + inner + "}" * deep))
    return _replaced(SCALAR, text, random, (made,))


def swapped(text: str, random: Random, _: dict[str, str]) -> str:
    """Two values stand each in the other's place."""
    found = list(SCALAR.finditer(text))
    if len(found) < 2:
        return text
    one, two = sorted(random.sample(found, 2), key=lambda each: each.start())
    parts = (text[: one.start()], two.group(), text[one.end() : two.start()], one.group(), text[two.end() :])
    return "".join(parts)


def form(text: str, random: Random, _: dict[str, str]) -> str:
    """The whole in other line ends, another form of letters, with a mark before it, in other delimiters."""
    match random.randrange(7):
        case 0:
            return text.replace("\n", "\r\n")
        case 1:
            return text.replace("\n", "\r")
        case 2:
            return "\ufeff" * random.choice((1, 1, 2)) + text
        case 3:
            return unicodedata.normalize(random.choice(("NFD", "NFKC", "NFKD")), text)
        case 4:
            return text.replace(",", random.choice(";\t"))
        case 5:
            return text.translate({0x30 + at: 0xFF10 + at for at in range(10)})
        case _:
            return (
                "\n" * random.randrange(3) + text + random.choice(("\n---\n", "\n...\n", "\n--- x\n", "\n\n"))
            )


ANY: tuple[Change, ...] = (a_number, a_number, a_digit, a_digit, lines, a_piece, another, cut, form)
YAML: tuple[Change, ...] = (*ANY, a_value, a_value, a_key, nested, swapped)
TABLE: tuple[Change, ...] = (*ANY, a_cell, a_cell, a_cell, a_column)


def changed(name: str, files: dict[str, bytes], random: Random) -> bytes:
    """What stands in a file after one to three changes, and perhaps a change of single bytes."""
    texts = {each: data.decode("utf-8-sig") for each, data in files.items()}
    text = texts[name]
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        text = random.choice(TABLE if name.endswith(".csv") else YAML)(text, random, texts) or "\n"
    data = bytearray(text.encode("utf-8", "replace"))
    if random.random() < 0.1:
        for _ in range(random.choice((1, 1, 3))):
            at = random.randrange(len(data))
            data[at : at + 1] = random.choice(
                (bytes([data[at] ^ 1 << random.randrange(8)]), b"", b"\0", b"\xff", b"\xc3\x28")
            )
            data = data or bytearray(b"\n")
    return text.encode("utf-16") if random.random() < 0.003 else bytes(data)
