"""Long work shows on a terminal how far it is, and nowhere else."""

from __future__ import annotations

import io
import sys

import pytest

from parcore.progress import tracked


class Terminal(io.StringIO):
    """A text that says of itself that it is a terminal, or is not."""

    def __init__(self, *, real: bool) -> None:
        super().__init__()
        self.real = real

    def isatty(self) -> bool:
        """Whether it is one."""
        return self.real


@pytest.mark.parametrize("real", [True, False])
def test_a_bar_is_shown_on_a_terminal_alone(real: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is gone through is the same; a file of errors holds nothing of the bar."""
    screen = Terminal(real=real)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert list(tracked(iter("abc"), 3, "evidence.parquet")) == ["a", "b", "c"]
    assert ("evidence.parquet" in screen.getvalue()) is real
