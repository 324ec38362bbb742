"""What the pictures are drawn with: rectangles and text in an SVG tree, and the tree as a document.

In: exact numbers and any text. Out: valid XML that says the same for the same input, and asks for
nothing from outside: fonts are the reader's own.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import accumulate, pairwise
from textwrap import wrap
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from parcore.numbers import exact_text, round_to

WIDTH: Final = 960
MARGIN: Final = 32
INSIDE: Final = WIDTH - 2 * MARGIN
INK: Final = "#1b1f24"
QUIET: Final = "#57606a"
PALE: Final = "#e3e7ec"
LINE: Final = "#c3c9d0"

COLOURS: Final = (
    "#1f5fa8", "#c2570c", "#2c7a4b", "#8c3f87", "#a87a00",
    "#1b7f92", "#b3344d", "#6a5acd", "#6b5b4b", "#4d5966",
)  # fmt: skip
"""Each stands out from white by 3 : 1 or more, and from its neighbours in lightness or hue."""

_FONTS: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LETTER: Final = Fraction(58, 100)  # the width of a letter against its size, on the safe side
_BOLD: Final = Fraction(64, 100)


def number(value: Fraction | int) -> str:
    """A coordinate: a decimal text of at most three decimals."""
    return exact_text(round_to(Fraction(value), 3))


def clean(text: str) -> str:
    """Text in one line without the characters that XML cannot hold."""
    return " ".join(_NOT_XML.sub("\ufffd", text).split())


def colour(position: int) -> str:
    """The colour of the component at a position."""
    return COLOURS[position % len(COLOURS)]


def text_width(text: str, size: int) -> Fraction:
    """How wide a text is at most, about: no font is known here."""
    return len(text) * size * _LETTER


def cut(text: str, size: int, width: Fraction | int) -> str:
    """As much of a text as fits into a width."""
    most = int(width / (size * _LETTER))
    return text if len(text) <= most else text[: max(most - 1, 1)].rstrip() + "…"


def edges(amounts: list[Fraction], start: int, scale: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Start and width of each part of a stacked bar; ends are rounded, not widths, so that no gap grows."""
    ends = [round_to(start + sum_ * scale, 3) for sum_ in accumulate(amounts, initial=Fraction(0))]
    return [(left, right - left) for left, right in pairwise(ends)]


def rect(
    parent: Element, at: tuple[Fraction | int, Fraction | int], size: tuple[Fraction | int, int], fill: str,
    hint: str = "", **more: str,
) -> Element:  # fmt: skip
    """A rectangle; `hint` shows when a pointer rests on it."""
    places = {"x": at[0], "y": at[1], "width": size[0], "height": size[1]}
    given = {name: number(each) for name, each in places.items()} | more
    made = SubElement(parent, "rect", given, fill=fill)
    if hint:
        SubElement(made, "title").text = clean(hint)
    return made


def words(
    parent: Element, at: tuple[Fraction | int, Fraction | int], text: str, size: int = 13, fill: str = INK,
    **more: str,
) -> Element:  # fmt: skip
    """A line of text; `text-anchor` and the like go in `more`, with `_` for `-`."""
    given = {name.replace("_", "-"): value for name, value in more.items()}
    places = {"x": number(at[0]), "y": number(at[1]), "font-size": str(size), "fill": fill}
    made = SubElement(parent, "text", places | given)
    made.text = clean(text)
    return made


def paragraph(parent: Element, y: int, text: str, size: int = 13, fill: str = QUIET, **more: str) -> int:
    """Text over the whole width, in as many lines as it needs; gives the place under it."""
    letter = _BOLD if "font_weight" in more else _LETTER
    for line in wrap(clean(text), int(INSIDE / (size * letter))):
        y += size * 3 // 2
        words(parent, (MARGIN, y), line, size, fill, **more)
    return y


def start(title: str, description: str, lang: str) -> Element:
    """An empty picture with what a screen reader says of it; its height comes with `finish`."""
    made = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "lang": lang})
    made.set("font-family", _FONTS)
    made.set("style", "font-variant-numeric: tabular-nums")
    SubElement(made, "title").text = clean(title)
    SubElement(made, "desc").text = clean(description)
    return made


def finish(picture: Element, height: int) -> str:
    """The document, on a white ground of the height that the drawing came to."""
    for name, value in (("width", WIDTH), ("height", height)):
        picture.set(name, str(value))
    picture.set("viewBox", f"0 0 {WIDTH} {height}")
    ground = Element("rect", {"width": str(WIDTH), "height": str(height), "rx": "8", "fill": "#ffffff"})
    picture.insert(2, ground)
    indent(picture)
    return tostring(picture, encoding="unicode")
