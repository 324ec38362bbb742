"""The second verifier stands alone: no dependency, and signatures as RFC 8032 has them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from parcore.audit.bundle import canonical
from parcore.audit.bundle_files import write_bundle, zipped
from parcore.audit.bundle_inputs import value_text
from parcore.audit.bundle_trace import program_json, trace_json
from parcore.readings.exact import evaluate
from parcore.rules.graph import Node
from parcore.rules.program import lay_out
from parcore.values import Value
from tests.audit.bundles import TOOL, sealed, second, write_keys
from tests.strategies import Facts, facts, graphs, values

READ = ("field", "symbol")
# RFC 8032, section 7.1: public key, message, signature.
VECTORS = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    "TEST SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        (
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
            "454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
            "3dca179c138ac17ad9bef1177331a704"
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_signatures_of_the_rfc_are_accepted_and_no_other(name: str) -> None:
    """Each test vector of RFC 8032 verifies; with a bit of it changed, none does."""
    public, message, signature = (bytes.fromhex(each) for each in VECTORS[name])
    verify = second().ed25519
    assert verify(public, message, signature)
    assert not verify(public, message + b"\0", signature)
    for at in (0, 31, 32, 63):
        changed = bytearray(signature)
        changed[at] ^= 1
        assert not verify(public, message, bytes(changed))
    s = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    assert not verify(public, message, signature[:32] + s.to_bytes(32, "little")), "S is not reduced"
    assert not verify(public, message, signature[:-1])
    assert not verify(public[:-1], message, signature)


@given(secret=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), flip=st.integers(0, 511))
def test_both_libraries_agree_on_signatures(secret: bytes, message: bytes, flip: int) -> None:
    """What the library signs, the second verifier takes, and nothing with one bit changed."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(message))
    assert second().ed25519(public, message, bytes(signature))
    signature[flip // 8] ^= 1 << flip % 8
    assert not second().ed25519(public, message, bytes(signature))


def test_it_imports_the_standard_library_alone() -> None:
    """Every import of the file is of the standard library."""
    tree = ast.parse(TOOL.read_text("utf-8"))
    named = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {each.partition(".")[0] for each in named} <= set(sys.stdlib_module_names)
    assert "hashlib" in named


def test_both_write_the_same_zip() -> None:
    """The zip of the specification, built field by field, is the one that sealing writes."""
    for name in ("example", "par-index"):
        assert second().zipped(sealed(name)) == zipped(sealed(name))


def test_it_runs_by_itself_with_an_exit_status(tmp_path: Path) -> None:
    """As a script, isolated from what is installed: 0 for what holds, 1 for what does not, 2 for no key."""
    _, public = write_keys(tmp_path)
    write_bundle(sealed(), tmp_path / "b")

    def status(*words: str) -> int:
        command = [sys.executable, "-I", "-S", str(TOOL), *words]
        return subprocess.run(command, capture_output=True, cwd=tmp_path, check=False).returncode

    assert status("b", "--key", str(public)) == 0
    assert status("b", "--unsigned") == 1
    assert status("b", "--key", "none.pem") == 2
    assert status("nowhere", "--key", str(public)) == 2
    (tmp_path / "b" / "result.json").write_bytes(b"{}")
    assert status("b", "--key", str(public)) == 1


def accepted(program: dict, trace: dict) -> bool:
    """Whether the second verifier finds every step of a trace to follow from its operands."""
    tool = second()
    try:
        tool.run("a trace", program, trace, lambda _: None, lambda _: None)
    except tool.Refused:
        return False
    return True


@given(graphs(), facts(), st.randoms(use_true_random=False), values())
def test_it_reads_every_node_as_the_engine_does(
    roots: dict[str, Node], scope: Facts, random: Random, other: Value
) -> None:
    """On graphs of every kind of node it takes the engine's trace, and none with a computed step changed."""
    laid = lay_out(roots)
    program = json.loads(canonical(program_json(laid)))
    trace = json.loads(canonical(trace_json("u", "", "programs/1.json", evaluate(laid, scope))))
    assert accepted(program, trace)
    at = random.choice([i for i, node in enumerate(program["nodes"]) if node["node"] not in READ])
    if trace["values"][at] != value_text(other):
        trace["values"][at] = value_text(other)
        assert not accepted(program, trace)
