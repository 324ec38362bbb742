"""What the documents show is what the program does: every file and console block is run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from parcore import i18n
from parcore.cli import FINDINGS
from parcore.diagnostics import Diagnostic, Place, Severity

ROOT = Path(__file__).resolve().parent.parent
FILE = re.compile(r"^`([\w./-]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[tuple[str, str]]:
    """Each command of a page's console blocks with the output shown under it."""
    found: list[tuple[str, str]] = []
    for block in CONSOLE.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def run(command: str, folder: Path) -> str:
    """What a `parcore …` command prints in a folder."""
    words = shlex.split(command)
    assert words[0] == "parcore"
    done = subprocess.run(
        [sys.executable, "-m", "parcore", *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == (FINDINGS if words[1] == "audit" else 0), done.stderr
    return done.stdout


def same(shown: str, printed: str) -> bool:
    """Whether the output shown is the output printed; a line `…` stands for any lines left out."""
    lines = [re.escape(line.rstrip()) + r"\n" for line in shown.strip("\n").splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line == re.escape("…") + r"\n" else line for line in lines)
    trimmed = "".join(line.rstrip() + "\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern, trimmed) is not None


PAGES = (
    "README.md",
    "docs/add-an-index.md",
    "docs/proof.md",
    "docs/claims.md",
    "docs/bundle.md",
    "docs/brief.md",
    "docs/change.md",
    "docs/engines.md",
    "docs/files.md",
    "docs/records.md",
    "docs/sql.md",
    "docs/robustness.md",
    "docs/huong-dan.md",
    "docs/trials.md",
    "methodologies/nam-dinh/README.md",
)


@pytest.mark.parametrize("name", PAGES)
def test_pages_show_what_the_program_prints(name: str, tmp_path: Path) -> None:
    """Files that a page spells out are written, its commands are run, and they print what it shows."""
    page = (ROOT / name).read_text("utf-8")
    for path, text in FILE.findall(page):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    for command, shown in commands(page):
        if command.startswith("parcore "):
            printed = run(command, tmp_path)
            assert same(shown, printed), f"$ {command}\nshown:\n{shown}\nprinted:\n{printed}"


def test_the_criterion_shown_in_the_readme_is_a_valid_one(tmp_path: Path) -> None:
    """The rule that the README shows stands in an edition without a finding."""
    page = (ROOT / "docs" / "add-an-index.md").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    (snippet,) = re.findall(r"^```yaml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    for path, text in FILE.findall(page):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        head = text.partition("components:\n")[0].replace("total: 5", "total: 4")
        shown = head + "components:\n" + re.sub("^", "  ", snippet, flags=re.MULTILINE)
        (tmp_path / path).write_text(shown if "edition-" in path else text, "utf-8")
    assert "no findings" in run("parcore check my-index --lang en", tmp_path)


def diagnostics_page() -> str:
    """The page `docs/diagnostics.md`, made from the catalogue."""
    lines = [
        "# What messages mean",
        "",
        "Made from `parcore/messages.yaml`; a test compares them. Words in braces are filled in.",
        "",
    ]
    for code in i18n.codes():
        entry = i18n.entry(code)
        severity = Diagnostic(code, Place("")).severity
        kind = "" if severity is Severity.ERROR else f" ({severity.value})"
        lines += [f"## `{code}`{kind}", ""]
        for lang in i18n.LANGUAGES:
            sentence, fix = (text.in_(lang) for text in (entry.text, entry.fix))
            lines.append(f"- {lang}: {sentence} → {fix}".replace("{{", "{").replace("}}", "}"))
        lines.append("")
    return "\n".join(lines)


def test_every_message_stands_in_the_documents() -> None:
    """`docs/diagnostics.md` holds every code of the catalogue with its sentences in both languages."""
    path = ROOT / "docs" / "diagnostics.md"
    assert path.read_text("utf-8") == diagnostics_page(), "run: python -m tests.test_docs"


if __name__ == "__main__":
    (ROOT / "docs" / "diagnostics.md").write_text(diagnostics_page(), "utf-8")
