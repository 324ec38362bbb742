"""Compiled columns equal the exact reading, and NumPy's to the last bit; what cannot be compiled is not."""

from __future__ import annotations

import gc
import os
import sys
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.numbers import Rounding
from parcore.readings.columns import native, native_cache, native_text
from parcore.readings.columns.chunks import BlockReading, WideValues, plan_of, read_block
from parcore.readings.exact import Scope
from parcore.readings.pair import guard
from parcore.readings.pair.block import Block, Column, block_of
from parcore.readings.pair.reading import Values
from parcore.rules.graph import Agg, Aggregate, Cmp, Const, Div, Field, Mul, Node, Round
from parcore.rules.program import Program, lay_out
from parcore.values import State
from tests.readings.agreement import RECORDS, hard_facts, known, program_of, scopes_of
from tests.readings.test_columns import FIELDS, TERMS, facts, unlike
from tests.readings.test_pair import HARD_CASES
from tests.results.editions import Given, editions, evidence, populations
from tests.strategies import facts_from, graphs

F = Fraction
A, B, C = Field("a"), Field("b"), Field("c")
QUICK = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25
)


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def differences(program: Program, scopes: list[Scope], **how: Any) -> list[Any]:
    """Where compiled columns are not what the exact reading gives, or not what NumPy does."""
    block = block_of(program, scopes)
    found, plain = read_block(program, block, native=True, **how), read_block(program, block)
    assert found.undecided == plain.undecided
    return [*unlike(found, program, scopes), *unequal(found, plain)]


def unequal(a: BlockReading, b: BlockReading) -> list[str]:
    """The roots of which two readings have other columns."""
    return [root for root in a.values if not all(map(same, columns(a[root]), columns(b[root])))]


def columns(values: Any) -> tuple[Any, ...]:
    """States, and the numbers as they are held."""
    if isinstance(values, WideValues):
        return values.states, values.near.view(np.int64)
    assert isinstance(values, Values)
    return values.states, values.n, values.d


def same(a: Any, b: Any) -> bool:
    """Whether two columns are one."""
    return bool((np.asarray(a) == np.asarray(b)).all())


@QUICK
@given(graphs(mixed=True, domains=RECORDS), st.integers(0, 2**32), st.sampled_from((0, 15, 2**63 - 1)))
def test_compiled_columns_are_exact(roots: dict[str, Node], seed: int, narrow: int) -> None:
    """On any graph every root has the exact state and number, whether integers or floats are asked."""
    program, random = lay_out(roots), Random(seed)
    scopes: list[Scope] = [facts_from(random) for _ in range(random.choice((1, 2, 30)))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "NARROW", narrow)
        assert not differences(program, scopes, chunk=random.choice((1, 7, 100)))


@QUICK
@given(graphs(depth=0), st.integers(0, 2**32), st.sampled_from((0, 15, 2**63 - 1)))
def test_compiled_columns_are_exact_on_hard_numbers(roots: dict[str, Node], seed: int, narrow: int) -> None:
    """Amounts beyond 64 bits, ties, their nearest neighbours and signs change nothing."""
    program, random = lay_out(roots), Random(seed)
    scopes: list[Scope] = [hard_facts(random) for _ in range(random.choice((1, 3, 30)))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "NARROW", narrow)
        assert not differences(program, scopes)


@QUICK
@given(editions(), populations(), st.sampled_from((15, 2**63 - 1)))
def test_compiled_columns_score_editions_exactly(
    edition: Edition, by_unit: dict[str, dict[str, Given]], narrow: int
) -> None:
    """Every root of a drawn edition has the exact value for every unit."""
    program, scopes = program_of(edition), list[Scope](scopes_of(evidence(by_unit)))
    if scopes:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(guard, "NARROW", narrow)
            assert not differences(program, scopes)


@pytest.mark.parametrize("name", HARD_CASES)
@pytest.mark.parametrize("narrow", [0, 2**63 - 1])
def test_hard_cases_are_exact_when_compiled(name: str, narrow: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zero denominators, signs, ties and means come out right."""
    nodes, scopes = HARD_CASES[name]
    program = lay_out({str(at): node for at, node in enumerate(nodes)})
    monkeypatch.setattr(guard, "NARROW", narrow)
    assert not differences(program, list(scopes))


def test_roots_that_are_too_wide_are_left_to_numpy() -> None:
    """Of two roots the one that asks for wide integers is not compiled; both are exact."""
    program = lay_out({"wide": Cmp("<", Mul(A, B), Const(F(10**30))), "narrow": Mul(C, C)})
    scopes: list[Scope] = [known(a=a, b=10**18, c=c) for a, c in ((10**18, 3), (10**3, 2), (7, 2**31))]
    plan = plan_of(program, block_of(program, scopes).shapes, native=True)
    kinds = [type(each.runner.playable).__name__ for each in plan._asked]
    assert kinds == ["Native", "Code"]
    assert not differences(program, scopes)


def test_open_rows_are_read_again_and_counted() -> None:
    """What floats leave open is as many rows as in NumPy, and each is exact."""
    random = Random(3)
    scopes: list[Scope] = [facts([random.randrange(1, 10**6) for _ in FIELDS]) for _ in range(30)]
    scopes[17] = known(a=1, b=8, c=8, d=8, e=8, f=8, g=8, h=8)
    scopes[20] = facts([5] * 8)
    program = lay_out({"index": Round(TERMS, 2), "sum": TERMS, "tie": Round(TERMS, 0, Rounding.DOWN)})
    found = read_block(program, block_of(program, scopes), native=True)
    assert found.undecided in {1, 2}
    assert not differences(program, scopes)


FAULTS = {
    "icmp slt i8": "icmp sle i8",
    "icmp eq i8": "icmp ne i8",
    "@llvm.floor.f64(double %": "@llvm.ceil.f64(double %",
    "or i1 %": "and i1 %",
    "mul i": "add i",
    "sext i1": "zext i1",
    "fdiv double": "fmul double",
}
"""What is printed, and something else in its place."""


def near_ties() -> tuple[Program, list[Scope]]:
    """Sums of four ratios that are 2, compared with 2 and rounded down."""
    random = Random(3)
    total = Agg(Aggregate.SUM, tuple(Div(FIELDS[at], FIELDS[at + 1]) for at in (0, 2, 4, 6)))
    program = lay_out({"x": Cmp("<", total, Const(F(2))), "y": Round(total, 2, Rounding.DOWN)})
    scopes: list[Scope] = []
    for _ in range(100):
        p, q, r, s = (random.randrange(10**5, 10**6) for _ in range(4))
        scopes.append(facts([p, p + q, q, p + q, r, r + s, s, r + s]))
    return program, scopes


NEAR_TIES = near_ties()


@pytest.mark.parametrize("right", FAULTS)
def test_a_fault_in_the_text_is_found(right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other code than what is meant shows as a difference from the exact reading."""

    def faulty(recording: Any) -> Any:
        text = native_text.printed(recording)
        wrong = text.text.replace(right, FAULTS[right])
        head = "declare double @llvm.ceil.f64(double)\n"
        return native_text.Printed(
            head + wrong, text.sources, text.written, text.copied, text.scratch, text.outputs
        )

    monkeypatch.setattr(native, "printed", faulty)
    monkeypatch.setattr(guard, "NARROW", 0 if "or i1" in right else 2**63 - 1)
    large: list[Scope] = [known(a=sign * (2**60 + 1), b=3) for sign in (1, -1)]
    cases = [(lay_out({"x": Round(Div(A, B), 0, Rounding.DOWN)}), large), NEAR_TIES]
    for nodes, scopes in HARD_CASES.values():
        cases.append((lay_out({str(at): node for at, node in enumerate(nodes)}), list(scopes)))
    assert any(differs(program, scopes) for program, scopes in cases)


def differs(program: Program, scopes: list[Scope]) -> bool:
    """Whether compiled columns are not the exact ones, or none at all."""
    try:
        return bool(unlike(read_block(program, block_of(program, scopes), native=True), program, scopes))
    except (ArithmeticError, ValueError):
        return True


def test_no_operation_of_floats_is_fused() -> None:
    """The code has no fused multiplication, and products are rounded before they are added."""
    shares = tuple(Mul(Div(FIELDS[at], FIELDS[at + 1]), Const(F(7, 3))) for at in range(7))
    program = lay_out({"x": Agg(Aggregate.SUM, shares)})
    random = Random(5)
    scopes: list[Scope] = [facts([random.randrange(1, 10**18) for _ in FIELDS]) for _ in range(100)]
    (asked,) = plan_of(program, block_of(program, scopes).shapes, native=True)._asked
    made: Any = asked.runner.playable
    text = made.printed.text
    assert "fmul double" in text
    assert "fadd double" in text
    code = native.assembly(text)
    assert "mul" in code
    assert not any(word in code for word in ("vfm", "vfnm", "fmadd", "fmla"))
    assert not differences(program, scopes)


def test_columns_of_any_type_and_step_are_read() -> None:
    """Columns wider than their numbers need, every second row of a column, and one row for all: all exact."""
    program = lay_out({"x": Round(Div(A, B), 2), "y": A})
    plain = block_of(program, [known(a=a, b=b) for a, b in ((1, 3), (2, 3), (200, 7), (4, 7))])
    shapes, found = plain.shapes, {}
    for source, column in plain.columns.items():
        numbers = np.repeat(np.array(column.numbers, np.int64), 2)[::2]
        found[source] = Column(np.broadcast_to(np.int8(0), 4), numbers, column.shape)  # type: ignore[arg-type]
    plan = plan_of(program, shapes, native=True)
    for chunk in (1, 3, 100):
        assert not unequal(plan.read(Block(4, found), chunk), plan.read(plain))


def drawn(size: int) -> tuple[Program, Block]:
    """A sum of ratios, rounded, over so many rows."""
    random = Random(11)
    program = lay_out({"index": Round(TERMS, 2), "sum": TERMS, "a": Div(FIELDS[0], FIELDS[1])})
    rows: list[Scope] = [facts([random.randrange(1, 10**6) for _ in FIELDS]) for _ in range(size)]
    rows[size // 2] = facts([7] * 8)
    return program, block_of(program, rows)


@pytest.mark.parametrize("made", [False, True])
def test_threads_and_chunks_change_nothing(made: bool) -> None:
    """However many threads read chunks of whatever size, columns are the same."""
    program, block = drawn(500)
    plan = plan_of(program, block.shapes, native=made)
    whole = plan.read(block, threads=1)
    for chunk, threads in ((7, 1), (7, 4), (100, 3), (1000, 2)):
        found = plan.read(block, chunk, threads=threads)
        assert not unequal(found, whole)
        assert found.undecided == whole.undecided


@pytest.mark.parametrize("made", [False, True])
def test_parts_of_a_block_are_its_rows(made: bool) -> None:
    """Read part after part, values and the rows left open are those of the whole."""
    program, block = drawn(50)
    plan = plan_of(program, block.shapes, native=made)
    whole, parts = plan.read(block), list(plan.parts(block, 16, 5))
    assert [each.size for each in parts] == [16, 16, 16, 2]
    assert sum(each.undecided for each in parts) == whole.undecided
    for root in program.roots:
        assert [value for each in parts for value in each[root]] == list(whole[root])


@pytest.mark.parametrize("made", [False, True])
def test_a_plan_holds_nothing_of_what_it_read(made: bool) -> None:
    """When a reading is forgotten its evidence and its columns are, though the plan is kept."""
    program, block = drawn(30)
    held = {at: Column(np.array(each.states, np.int8), np.array(each.numbers, np.int32), each.shape)  # type: ignore[arg-type]
            for at, each in block.columns.items()}  # fmt: skip
    plan = plan_of(program, block.shapes, native=made)
    found = plan.read(Block(block.size, held))
    known = [weakref.ref(each.numbers) for each in held.values()]
    known.append(weakref.ref(found["sum"].states))  # type: ignore[attr-defined]
    assert plan.covers(block)
    del held, found
    gc.collect()
    assert all(each() is None for each in known)


def test_code_is_compiled_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Code is found again in its folder; what is damaged there, or cannot be kept, is compiled anew."""
    program = lay_out({"x": Mul(Agg(Aggregate.SUM, (A, Const(F(4711)))), B)})
    scopes: list[Scope] = [known(a=a, b=b) for a in (1, 2) for b in (5, State.MISSING)]
    made: list[str] = []
    compiled = native.compiled

    def counted(text: str) -> bytes:
        made.append(text)
        return compiled(text)

    monkeypatch.setattr(native, "compiled", counted)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def again() -> int:
        native._LOADED.clear()
        program.known.clear()
        assert not differences(program, scopes)
        return len(made)

    assert [again(), again()] == [1, 1]
    (kept,) = (tmp_path / "parcore" / "native").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    assert [again(), again()] == [2, 2]
    file = tmp_path / "file"
    file.write_text("no folder", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    assert [again(), again()] == [3, 4]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder in which code is kept, with the code of one key."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    native_cache.keep("key", b"code")
    assert native_cache.kept("key") == b"code"
    return native_cache.cache_folder()


def opened_to_others(folder: Path) -> None:
    """Let everybody write to the folder."""
    folder.chmod(0o777)


def written_by_others(folder: Path) -> None:
    """Let a group write to the file."""
    (folder / "key.o").chmod(0o620)


def linked(folder: Path) -> None:
    """Put a link in the file's place."""
    (folder / "key.o").rename(folder / "elsewhere")
    (folder / "key.o").symlink_to("elsewhere")


def folder_linked(folder: Path) -> None:
    """Put a link in the folder's place."""
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")


def of_another_key(folder: Path) -> None:
    """Put another key's code in the file's place."""
    native_cache.keep("other", b"other code")
    (folder / "other.o").rename(folder / "key.o")


def cut_short(folder: Path) -> None:
    """Keep less than a sum."""
    (folder / "key.o").write_bytes((folder / "key.o").read_bytes()[:20])


def emptied(folder: Path) -> None:
    """Keep nothing."""
    (folder / "key.o").write_bytes(b"")


def piped(folder: Path) -> None:
    """Put a pipe in the file's place, to which nobody writes."""
    (folder / "key.o").unlink()
    os.mkfifo(folder / "key.o")


UNTRUSTED = (
    opened_to_others, written_by_others, linked, folder_linked, of_another_key, cut_short, emptied, piped
)  # fmt: skip


@pytest.mark.parametrize("spoil", UNTRUSTED)
def test_code_that_others_may_have_written_is_not_run(spoil: Callable[[Path], None], folder: Path) -> None:
    """Code is read only whole, of its key, and from a file and a folder that nobody else can write to."""
    spoil(folder)
    assert native_cache.kept("key") is None


def test_code_of_another_user_is_not_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folder is another user's, nothing is read there and nothing is written."""
    held = (folder / "key.o").read_bytes()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert native_cache.kept("key") is None
    native_cache.keep("key", b"other code")
    native_cache.keep("more", b"other code")
    assert [each.read_bytes() for each in folder.iterdir()] == [held]


def test_where_code_cannot_be_written_whole_nothing_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk without room leaves no half of a file behind."""

    def full(_: Path, __: bytes) -> int:
        raise OSError

    monkeypatch.setattr(Path, "write_bytes", full)
    native_cache.keep("more", b"other code")
    assert [each.name for each in folder.iterdir()] == ["key.o"]


def test_threads_that_compile_at_once_have_the_same_code() -> None:
    """Plans that several threads make at the same time read the same values."""
    program, block = drawn(20)
    native._LOADED.clear()
    with ThreadPoolExecutor(4) as pool:
        plans = list(pool.map(lambda _: plan_of(program, block.shapes, native=True), range(8)))
    whole = plans[0].read(block)
    assert not any(unequal(each.read(block), whole) for each in plans)
    assert len(native._LOADED) == 1


def test_without_a_compiler_the_reader_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where llvmlite is not installed, what to install is said."""
    monkeypatch.delitem(sys.modules, "parcore.readings.columns.native")
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    program = lay_out({"x": A})
    with pytest.raises(ImportError, match=r"parcore\[native\]"):
        read_block(program, block_of(program, [known(a=1), known(a=2)]), native=True)
