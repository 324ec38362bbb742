"""`parcore new`: what it makes works at once, and what it cannot make leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from hypothesis import assume, example, given
from hypothesis import strategies as st

from parcore.checking import check, documents_at, tables_at
from parcore.cli.new import EXAMPLE, LONGEST_NAME, LONGEST_TITLE, New, command
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.sections import Defaults
from parcore.i18n import LANGUAGES, nfc
from parcore.registry import Registry

TITLE = "Chỉ số cải cách hành chính cấp huyện"
PLACES = [("Unit A (illustrative)", "94.9", "A"), ("Unit B (illustrative)", "69.5", "B"),
          ("Unit C (illustrative)", "44.29", "C")]  # fmt: skip


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, without the surroundings' search path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARCORE_", "PYTEST_"))}
    return subprocess.run(
        words, cwd=folder, env=kept, capture_output=True, text=True, encoding="utf-8", check=False
    )


def parcore(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `parcore` in a folder."""
    return run([sys.executable, "-m", "parcore", *words], folder)


def new(folder: Path, *words: str, name: str = EXAMPLE) -> subprocess.CompletedProcess[str]:
    """Make a methodology in a folder."""
    return parcore(
        folder,
        "new",
        "methodology",
        name,
        "--kind",
        "new-district",
        "--title",
        TITLE,
        "--year",
        "2026",
        *words,
    )


def suggested(said: str) -> list[list[str]]:
    """The commands that the output says to type next."""
    return [shlex.split(line) for line in said.splitlines() if line.startswith(("  parcore ", "  pip "))]


def everything_in(folder: Path) -> dict[str, bytes | None]:
    """Each file with its bytes, and each folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def findings_in(folder: Path) -> tuple[list[str], tuple[Edition, ...]]:
    """What `check` finds in a folder, which nothing stands beside, and its editions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parcore.registry.entry_points", lambda **_: ())
        documents = documents_at(folder)
        checked = check(Registry((folder,)), [*documents, *tables_at(folder, documents)], Defaults())
    return [each.render("en") for each in checked.findings], checked.editions


def places(said: subprocess.CompletedProcess[str]) -> list[tuple[str, str, str]]:
    """Name, rate and class of each unit scored, best first."""
    assert said.returncode == 0, said.stderr
    return [(each["name"], each["rate"], each["class"]) for each in json.loads(said.stdout)["units"]]


@pytest.fixture
def empty_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder is named by the environment."""
    monkeypatch.delenv("PARCORE_PATH", raising=False)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_plain_commands_work_as_printed(tmp_path: Path, lang: str) -> None:
    """The three commands that `--plain` prints run as copied, even where a folder's name has a space."""
    (tmp_path / "our index").mkdir()
    said = new(tmp_path, "--plain", "--in", "our index", "--lang", lang)
    assert (said.returncode, said.stderr) == (0, "")
    commands = suggested(said.stdout)
    assert [words[:2] for words in commands] == [["parcore", word] for word in ("check", "score", "explain")]
    for words in commands:
        done = parcore(tmp_path, *words[1:], "--lang", lang)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout
    scored = parcore(tmp_path, *commands[1][1:], "--format", "json", "--lang", "en")
    assert places(scored) == PLACES


def test_package_commands_work_as_printed(tmp_path: Path) -> None:
    """The new package installs into a fresh environment, and then the commands printed run as copied."""
    python = tmp_path / "environment" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "environment"], check=True)
    where = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip()
    ours = sysconfig.get_path("purelib")
    (Path(site) / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n", "utf-8")
    pip = [sys.executable, "-m", "pip", "--isolated", "--python", str(python), "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet"]

    said = new(tmp_path, "--lang", "en")
    install, *others = suggested(said.stdout)
    assert install == ["pip", "install", "-e", EXAMPLE]
    assert others == [["parcore", "check", EXAMPLE], ["parcore", "score", EXAMPLE]]
    done = run([*pip, *install[1:], *offline], tmp_path)
    assert done.returncode == 0, done.stderr
    elsewhere = tmp_path / "environment"  # where no folder of the name stands
    for folder in (tmp_path, elsewhere):
        for words in others:
            done = run([str(python), "-m", *words], folder)
            assert (done.returncode, done.stderr) == (0, "")
    done = run([str(python), "-m", *others[1], "--format", "json", "--lang", "en"], elsewhere)
    assert places(done) == PLACES
    assert f"{EXAMPLE}@2026" in run([str(python), "-m", "parcore", "list"], elsewhere).stdout
    again = run(
        [str(python), "-m", "parcore", "new", "methodology", EXAMPLE, "--kind", "k", "--title", "t"],
        elsewhere,
    )
    assert (again.returncode, "[methodology-taken]" in again.stderr) == (2, True)


def test_package_passes_its_own_test_until_a_rule_changes(tmp_path: Path) -> None:
    """The golden test of a new package passes at once, not installed, and fails when a rule is changed."""
    new(tmp_path)
    folder = tmp_path / EXAMPLE
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = run(pytest_, folder)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    (edition,) = folder.rglob("edition-*.yaml")
    rule = "{at_least: 80%, points: proportional}"
    text = edition.read_text("utf-8")
    assert text.count(rule) == 1
    edition.write_text(text.replace(rule, "{at_least: 90%, points: proportional}"), "utf-8")
    done = run(pytest_, folder)
    assert (done.returncode, "1 failed, 1 passed" in done.stdout) == (1, True)


@pytest.mark.parametrize("form", [(), ("--plain",)])
def test_made_as_a_whole(tmp_path: Path, form: tuple[str, ...]) -> None:
    """What is listed is there, init is empty, editors find the schemas, and others may read the folder."""
    said = new(tmp_path, *form)
    folder = tmp_path / EXAMPLE
    made = {path: held for path, held in everything_in(folder).items() if held is not None}
    assert sorted(made) == sorted(
        line.strip() for line in said.stdout.splitlines() if re.match(r"  \S+\.\w+$", line)
    )
    assert [path.name for path in tmp_path.iterdir()] == [EXAMPLE]
    assert [made[path] for path in made if path.endswith("__init__.py")] == [b""] * (not form)
    (table,) = (held for path, held in made.items() if path.endswith(".csv"))
    assert table.startswith("\ufeffunit,".encode())
    documents = [path for path in made if path.endswith(".yaml")]
    assert len(documents) == 4
    for path in documents:
        first = made[path].decode("utf-8").splitlines()[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads(((folder / path).parent / schema).read_text("utf-8"))["$schema"]
        assert "minh họa" in made[path].decode("utf-8")
    for path, held in made.items():
        assert path.endswith(".json") or b"${" not in held
    (tmp_path / "ordinary").mkdir()
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE((tmp_path / "ordinary").stat().st_mode)


def test_all_is_illustrative(tmp_path: Path) -> None:
    """No rule and no figure of a new methodology claims another basis than that of an illustration."""
    new(tmp_path)
    bases = [
        basis
        for path in (tmp_path / EXAMPLE).rglob("*.yaml")
        for basis in re.findall(r"^[^#\n]*\bbasis: ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert len(bases) == 7
    assert set(bases) == {"illustrative"}


@pytest.mark.usefixtures("empty_surroundings")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Hà Giang"], {"NAME: ": "`ha-giang` [name-unfit]"}),
        (["../x"], {"NAME: ": "`x` [name-unfit]"}),
        (["x", "--kind", "Huyện"], {"--kind: ": "`huyen` [name-unfit]"}),
        (["x", "--title", " "], {"--title: ": "[title-unfit]"}),
        (["x", "--title-en", "a\x07"], {"--title-en: ": "[title-unfit]"}),
        (["example"], {"NAME: ": "parcore_example/"}),
        (["one-stop"], {"NAME: ": "parcore_vietnam/one_stop/"}),
        (["vietnam"], {"NAME: ": "vietnam → "}),
        (["svg"], {"NAME: ": "parcore_svg → "}),
        (["x", "--kind", "province"], {"--kind: ": "`--kind x-province` [kind-taken]"}),
        (["x", "--in", "nowhere"], {"nowhere: ": "[file-not-found]"}),
        (["x", "--in", "/dev/null"], {"/dev/null: ": "[file-not-found]"}),
        (["X", "--kind", "K", "--title", ""], {"--kind: ": "", "--title: ": "", "NAME: ": ""}),
    ],
)
def test_what_cannot_be_made_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: dict[str, str]
) -> None:
    """A mistake is met by its place, cause and mend, all mistakes at once, and nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParcoreError) as refused:
        make(words[0], *words[1:])
    assert len(refused.value.diagnostics) == len(said)
    for found, (place, words_said) in zip(refused.value.diagnostics, said.items(), strict=True):
        assert found.render("en").startswith(place)
        for lang in LANGUAGES:
            assert words_said in found.render(lang)
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_mistake_exits_with_2(tmp_path: Path, lang: str) -> None:
    """A mistake ends with status 2 and lines on standard error, even one that no terminal can show."""
    asked = (sys.executable, "-m", "parcore", "new", "methodology", b"x\xff", "--kind", "k", "--title", "t")
    done = subprocess.run([*asked, "--lang", lang], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"NAME: ")
    assert done.stderr.rstrip().endswith(b"`x` [name-unfit]")
    assert everything_in(tmp_path) == {}


@pytest.mark.usefixtures("empty_surroundings")
def test_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that holds something, a file, a link to nothing stay as they are; an empty one is filled."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "mine.txt").write_text("mine", "utf-8")
    (tmp_path / "file").write_text("mine", "utf-8")
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "empty").mkdir()
    before = everything_in(tmp_path)
    for name in ("held", "file", "link"):
        with pytest.raises(ParcoreError, match=r"folder-taken"):
            make(name)
    assert everything_in(tmp_path) == before
    assert (tmp_path / "link").is_symlink()
    make("empty")
    assert (tmp_path / "empty" / "units.yaml").is_file()


@pytest.mark.usefixtures("empty_surroundings")
def test_nothing_is_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a file cannot be written, no folder is there and the cause is said."""

    def full(self: New) -> Iterator[tuple[str, str]]:
        yield "units.yaml", "units: u\n"
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(New, "texts", full)
    with pytest.raises(ParcoreError, match=r"No space left on device .*\[folder-unwritable\]"):
        make("x")
    assert everything_in(tmp_path) == {}


def test_folder_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder of PARCORE_PATH takes the first methodology; the names in it are taken from then on."""
    monkeypatch.setenv("PARCORE_PATH", str(tmp_path))
    make("first", "--in", str(tmp_path))
    with pytest.raises(ParcoreError) as refused:
        make("first", "--in", str(tmp_path))
    assert [each.code for each in refused.value.diagnostics] == ["kind-taken", "methodology-taken"]


def make(name: str, *words: str, title: str = TITLE) -> str:
    """Make plain documents in this process, in the folder that it stands in (or `--in`)."""
    asked = ["methodology", "--kind", "new-district", "--year", "2026", f"--title={title}", *words]
    done = CliRunner().invoke(command, [*asked, "--plain", "--lang", "en", "--", name])
    if done.exception is not None:
        raise done.exception
    return done.output


SLUGS = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)


@pytest.mark.usefixtures("empty_surroundings")
class TestAnyWords:
    """Names and titles that nobody thought of."""

    @given(SLUGS)
    @example("a0")
    @example("null")
    @example("yes")
    @example("e3-2026")
    @example("a" * LONGEST_NAME)
    def test_every_valid_name_works(self, name: str) -> None:
        """A methodology of any valid name is made and has no finding."""
        assume(find_spec(f"parcore_{name.replace('-', '_')}") is None)  # nobody has it yet
        with TemporaryDirectory() as parent:
            make(name, "--in", parent)
            findings, editions = findings_in(Path(parent) / name)
        assert findings == []
        assert [each.key for each in editions] == [f"{name}@2026"]

    @given(
        st.one_of(st.text(max_size=20), st.text("abA-_./ đ0", max_size=4), st.just("a" * (LONGEST_NAME + 1)))
    )
    @example("..")
    @example("1e3")
    @example("2026-01-15")
    @example("a--b")
    @example("-a")
    @example("a-")
    @example("a\n")
    @example("٣")
    def test_every_other_name_is_refused(self, name: str) -> None:
        """Any other text is refused with a name that would do, and leaves nothing behind."""
        if re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) and len(name) <= LONGEST_NAME:
            return
        with TemporaryDirectory() as parent:
            with pytest.raises(ParcoreError) as refused:
                make(name, "--in", parent)
            assert everything_in(Path(parent)) == {}
            (found,) = refused.value.diagnostics
            assert (found.code, str(found.place)) == ("name-unfit", "NAME")
            make(found.values["suggestion"], "--in", parent)

    @given(st.text(min_size=1, max_size=30))
    @example('"Quotes", {braces}, $dollars, ${name}, # and: colons \\ here')
    @example("'")
    @example("- no")
    @example("é" * (LONGEST_TITLE + 1))
    def test_every_title_is_kept_or_refused(self, title: str) -> None:
        """A title stands in the edition, the vocabulary and the project as it was given, or is refused."""
        one_line = nfc(" ".join(title.split()))
        fit = one_line.isprintable() and 0 < len(one_line) <= LONGEST_TITLE
        texts = dict(New("x", "k", one_line, one_line, 2026, plain=False).texts()) if fit else {}
        with TemporaryDirectory() as parent:
            if not fit:
                with pytest.raises(ParcoreError, match=r"title-unfit"):
                    make("x", "--in", parent, title=title)
                assert everything_in(Path(parent)) == {}
                return
            make("x", "--in", parent, title=title)
            findings, (edition,) = findings_in(Path(parent) / "x")
        assert findings == []
        assert edition.title.vi == one_line
        assert tomllib.loads(texts["pyproject.toml"])["project"]["description"] == one_line
