"""Where a rule or a figure comes from, and on what basis it stands."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from parcore.i18n import Text


class Basis(Enum):
    """What a rule or figure rests on; the strongest first.

    `OFFICIAL`: the text is in hand. `REPORTED`: an announcement or a newspaper says so. `INFERRED`:
    derived from figures. `INTERPRETATION`: ours, where an official text has a gap or contradicts
    itself. `ILLUSTRATIVE`: invented to show something, never an official score.
    """

    OFFICIAL = "official"
    REPORTED = "reported"
    INFERRED = "inferred"
    INTERPRETATION = "interpretation"
    ILLUSTRATIVE = "illustrative"


@frozen
class Source:
    """A source: what it is (`title`, `clause`, `url`), its basis, its words (`quote`), a note on it."""

    basis: Basis
    title: str = ""
    clause: str = ""
    url: str = ""
    quote: Text = Text()
    note: Text = Text()

    def __str__(self) -> str:
        return ", ".join(each for each in (self.title, self.clause, self.url) if each)
