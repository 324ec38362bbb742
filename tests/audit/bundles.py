"""Bundles for the tests: three real results sealed under a known key, and both verifiers."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from parcore.audit.bundle import Refused, canonical
from parcore.audit.bundle_files import unzipped
from parcore.audit.seal import seal
from parcore.audit.seal_envelope import signed
from parcore.audit.seal_keys import Signer, Trusted, read_signer, read_trusted
from parcore.audit.verify import verify
from parcore.cli.run import Asked, run
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period
from parcore.registry import Registry
from parcore.results.result import Result

ROOT: Final = Path(__file__).resolve().parents[2]
TOOL: Final = ROOT / "tools" / "verify_bundle.py"
# The secret keys of RFC 8032, section 7.1, tests 1 and 2.
OURS: Final = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
THEIRS: Final = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"

RESULTS: Final = {
    "example": Asked("example@2024"),
    "one-stop": Asked("one-stop@2018"),
    "par-index": Asked("par-index-province@2022", Period(2023)),
}

Files = dict[str, bytes]


def write_keys(folder: Path, secret: str = OURS, name: str = "office") -> tuple[Path, Path]:
    """A pair of keys as PEM files: the private one, the public one."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@cache
def keys(secret: str = OURS) -> tuple[Signer, Trusted, bytes]:
    """What signs with a secret, what trusts it, and its 32 public bytes."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        private, public = write_keys(Path(folder), secret)
        raw: bytes = second().public_key(public.read_text("ascii"))
        return read_signer(private), read_trusted(public), raw


@cache
def scored(name: str) -> tuple[Result, Registry]:
    """A result of an installed methodology."""
    return run(RESULTS[name])


@cache
def _sealed(name: str) -> Files:
    result, registry = scored(name)
    return seal(result, registry, "vi", signer=keys()[0])


def sealed(name: str = "example") -> Files:
    """The files of a result's bundle, signed by our key."""
    return dict(_sealed(name))


@cache
def _every(stage: Stage) -> Files:
    result, registry = run(Asked("every", Period(2024), stage, paths=(ROOT / "tests" / "audit" / "every",)))
    return seal(result, registry, "en", signer=keys()[0])


def every(stage: Stage = Stage.APPRAISED) -> Files:
    """The files of a bundle that rests on evidence of every kind, signed by our key."""
    return dict(_every(stage))


def resealed(files: Files, secret: str | None = OURS) -> Files:
    """The files with manifest and envelope made anew, signed by a key or by nobody."""
    bare = {path: data for path, data in files.items() if path not in ("manifest.json", "attestation.json")}
    return signed(bare, None if secret is None else keys(secret)[0])


@cache
def second() -> ModuleType:
    """The second verifier, loaded as the one file that it is."""
    spec = importlib.util.spec_from_file_location("verify_bundle", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refusal(given: Files | bytes, *, unsigned: bool = False, earlier: Files | None = None) -> list[str]:
    """The codes with which `parcore verify` refuses a bundle; none where it holds."""
    try:
        files = unzipped(given, "bundle.zip") if isinstance(given, bytes) else given
        verify(files, None if unsigned else keys()[1], earlier)
    except Refused as refused:
        return [each.code for each in refused.diagnostics]
    return []


def second_refusal(given: Files | bytes, *, unsigned: bool = False, earlier: Files | None = None) -> str:
    """What the second verifier refuses; empty where the bundle holds."""
    tool: Any = second()
    try:
        files = tool.unzipped(given, "bundle.zip") if isinstance(given, bytes) else given
        tool.verify(files, None if unsigned else keys()[2], earlier)
    except tool.Refused as refused:
        return str(refused)
    return ""


def json_of(files: Files, path: str) -> Any:
    """The data of a JSON file."""
    import json

    return json.loads(files[path])


def with_json(files: Files, path: str, data: object) -> Files:
    """The files with other data in one of them."""
    return {**files, path: canonical(data)}
