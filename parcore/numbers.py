"""Exact numbers: text to `Fraction`, rounding, and back to text.

In: the text of a number as a person wrote it, and the format declared for its source.
Out: a `fractions.Fraction`. No binary float is made or accepted anywhere in the engine.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import frozen

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)
HALF: Final = Fraction(1, 2)
HUNDRED: Final = Fraction(100)

MAX_DIGITS: Final = 60
"""Longest number text accepted; official amounts in đồng have fewer than 20 digits."""


class NumberFormat(Enum):
    """How a source writes numbers; declared for each file or column.

    `PLAIN` has a decimal point and no grouping (21000.5); `VI` groups by points and has a decimal
    comma (21.000,5); `EN` groups by commas and has a decimal point (21,000.5). `UNDECLARED` reads
    only what has one reading under all of these and refuses the rest.
    """

    PLAIN = "plain"
    VI = "vi"
    EN = "en"
    UNDECLARED = "undeclared"


class Rounding(Enum):
    """Ways to round to a number of decimals; `HALF_UP` is floor(x + ½), the domain's practice.

    `DOWN` is the floor and `UP` the ceiling, for negative numbers too.
    """

    HALF_UP = "half_up"
    DOWN = "down"
    UP = "up"


@frozen
class NumberError(ValueError):
    """A text that is no number, or two: `readings` holds (format name, its reading) pairs.

    `mend` is how the format declared writes it, where only another format reads it.
    """

    text: str
    readings: tuple[tuple[str, str], ...] = ()
    mend: str = ""

    def __str__(self) -> str:
        if self.readings:
            both = ", ".join(f"{value} ({name})" for name, value in self.readings)
            return f"{self.text!r} is ambiguous: {both}"
        return f"{self.text!r} is not a number"


_EXACT = re.compile(r"-?[0-9]+(\.[0-9]+|/[0-9]*[1-9][0-9]*)?")
_FORMATS: Final = (NumberFormat.PLAIN, NumberFormat.VI, NumberFormat.EN)
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_GROUPED = {
    # A group never starts with zero: "0.125" is no grouping of 0125.
    NumberFormat.VI: re.compile(r"[+-]?([1-9]\d{0,2}(\.\d{3})+|\d+)(,\d+)?"),
    NumberFormat.EN: re.compile(r"[+-]?([1-9]\d{0,2}(,\d{3})+|\d+)(\.\d+)?"),
}


def parse_number(text: str, number_format: NumberFormat = NumberFormat.PLAIN) -> Fraction:
    """The exact value of `text`; a trailing `%` divides by 100.

    Exponents (1e3), underscores, hexadecimal and empty texts are refused.

    Raises:
        NumberError: no reading under the format, or several under `UNDECLARED`.
    """
    body = text.strip()
    percent = body.endswith("%")
    if percent:
        body = body[:-1].rstrip()
    body = body.replace("\u2212", "-")
    if not body.isascii() or len(body) > MAX_DIGITS:
        raise NumberError(text)
    if number_format is NumberFormat.UNDECLARED:
        value = _only_reading(text, body)
    else:
        reading = _read(body, number_format)
        if reading is None:
            mend = _otherwise(body, number_format)
            raise NumberError(text, mend=mend + "%" if mend and percent else mend)
        value = reading
    return value / 100 if percent else value


def _read(body: str, number_format: NumberFormat) -> Fraction | None:
    if number_format is NumberFormat.PLAIN:
        return Fraction(body) if _PLAIN.fullmatch(body) else None
    if not _GROUPED[number_format].fullmatch(body):
        return None
    if number_format is NumberFormat.VI:
        body = body.replace(".", "").replace(",", ".")
    else:
        body = body.replace(",", "")
    return Fraction(body)


def _otherwise(body: str, number_format: NumberFormat) -> str:
    """How a format writes the number that other formats read; empty where they read none, or several."""
    found = {_read(body, each) for each in _FORMATS} - {None}
    value = found.pop() if len(found) == 1 else None
    if value is None:
        return ""
    text = exact_text(value)
    return text.replace(".", ",") if number_format is NumberFormat.VI else text


def _only_reading(text: str, body: str) -> Fraction:
    readings: dict[Fraction, str] = {}
    for each in _FORMATS:
        value = _read(body, each)
        if value is not None:
            readings.setdefault(value, each.value)
    if len(readings) == 1:
        return next(iter(readings))
    unit = "%" if text.rstrip().endswith("%") else ""
    raise NumberError(text, tuple((name, exact_text(value) + unit) for value, name in readings.items()))


def round_to(value: Fraction, digits: int, mode: Rounding = Rounding.HALF_UP) -> Fraction:
    """`value` at `digits` decimals; exact, so that 2.675 at two decimals is 2.68."""
    scale = Fraction(10) ** digits
    scaled = value * scale
    if mode is Rounding.HALF_UP:
        scaled += HALF
    if mode is Rounding.UP:
        return -((-scaled.numerator) // scaled.denominator) / scale
    return scaled.numerator // scaled.denominator / scale


def decimals(value: Fraction) -> int | None:
    """How many decimals write `value` exactly; None when no number of them does (1/3)."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest //= 2
        twos += 1
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    return max(twos, fives) if rest == 1 else None


def printed_decimals(text: str, value: Fraction) -> int:
    """The decimals with which `value` is printed: two in "90,00", none in "21.000" read as 21 000."""
    at = max(text.rfind(","), text.rfind("."))
    digits = 0 if at < 0 else len(text) - at - 1
    bare = Fraction(int("".join(each for each in text if each.isdigit()) or "0"), 10**digits)
    return digits if bare == abs(value) else 0


def decimal_text(value: Fraction, digits: int) -> str:
    """`value` with exactly `digits` decimals, rounded half up, with a decimal point."""
    scaled = round_to(value, digits) * 10**digits
    sign, body = "-" if scaled < 0 else "", whole_text(abs(scaled.numerator))
    if digits == 0:
        return sign + body
    body = body.rjust(digits + 1, "0")
    return f"{sign}{body[:-digits]}.{body[-digits:]}"


def exact_text(value: Fraction) -> str:
    """`value` without loss: a decimal where one exists (12.5), else a fraction (1/3)."""
    digits = decimals(value)
    if digits is not None:
        return decimal_text(value, digits)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole_text(abs(value.numerator))}/{whole_text(value.denominator)}"


def whole_text(number: int) -> str:
    """A whole number's digits, however many: `str` of an `int` stops at some thousands."""
    return f"{Decimal(number):f}"


def parse_exact(text: str) -> Fraction:
    """The inverse of `exact_text`: takes the one text that it gives for a number, and no other.

    Raises:
        NumberError: any other text.
    """
    if _EXACT.fullmatch(text):
        part, _, whole = text.partition("/")
        value = Fraction(Decimal(part)) / Fraction(Decimal(whole or 1))
        if exact_text(value) == text:
            return value
    raise NumberError(text)


def shown(value: Fraction, lang: str, digits: int | None = None) -> str:
    """`value` for a reader: Vietnamese with a decimal comma; a repeating decimal at 6 places and `…`."""
    if digits is not None:
        text = decimal_text(value, digits)
    elif decimals(value) is None:
        cut = round_to(value, 6, Rounding.DOWN if value > 0 else Rounding.UP)
        text = decimal_text(cut, 6) + "…"
    else:
        text = exact_text(value)
    return text.replace(".", ",") if lang == "vi" else text


def shown_percent(value: Fraction, lang: str) -> str:
    """A share as a percentage for a reader: 0.9117 is 91,17 % in Vietnamese, 91.17 % in English."""
    return f"{shown(value * 100, lang)} %"
