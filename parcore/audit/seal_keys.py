"""Ed25519 keys in PEM files, by the library `cryptography`, an extra of the engine (`parcore[sealed]`).

In: a path. Out: what signs, or what says whether a signature is its own. A key is known by the
SHA-256 of its 32 public bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from parcore.audit.bundle import digest
from parcore.diagnostics import ParcoreError, Place, stop
from parcore.packages import readable

INSTALL: Final = 'pip install "parcore[sealed]"'
MAX_PEM: Final = 10_000


@frozen
class Signer:
    """A private key: its public key's id, and what signs bytes."""

    id: str
    sign: Callable[[bytes], bytes]


@frozen
class Trusted:
    """A public key: its id, and what says whether a signature of bytes is by this key."""

    id: str
    signed: Callable[[bytes, bytes], bool]


@frozen
class _Library:
    ed25519: Any
    serialization: Any
    invalid: type[Exception]


def _library() -> _Library:
    """The library.

    Raises:
        ParcoreError: it is not installed.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise stop("sealed-extra", Place("cryptography"), command=INSTALL) from error
    return _Library(ed25519, serialization, InvalidSignature)


def new_key(name: Path) -> tuple[Path, Path, str]:
    """Write a new private key (`NAME.pem`, for its owner's eyes alone) and its public key; with its id.

    Raises:
        ParcoreError: either file is there already, or cannot be written; the library is not installed.
    """
    library = _library()
    private, public = Path(f"{name}.pem"), Path(f"{name}.pub.pem")
    for path in (private, public):
        if path.exists() or path.is_symlink():
            raise stop("seal-taken", Place(str(path)))
    key, forms = library.ed25519.Ed25519PrivateKey.generate(), library.serialization
    written = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    with readable(str(private)):
        opened = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(written)
        with public.open("xb") as file:
            file.write(
                key.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
            )
    return private, public, _id(key.public_key(), library)


def read_signer(path: Path) -> Signer:
    """The private key of a PEM file.

    Raises:
        ParcoreError: no such file, no Ed25519 private key without a password; no library.
    """
    library = _library()
    key = _read(path, lambda data: library.serialization.load_pem_private_key(data, None))
    if not isinstance(key, library.ed25519.Ed25519PrivateKey):
        raise _unfit(path, type(key).__name__)
    return Signer(_id(key.public_key(), library), key.sign)


def read_trusted(path: Path) -> Trusted:
    """The public key of a PEM file.

    Raises:
        ParcoreError: no such file, no Ed25519 public key; no library.
    """
    library = _library()
    key = _read(path, library.serialization.load_pem_public_key)
    if not isinstance(key, library.ed25519.Ed25519PublicKey):
        raise _unfit(path, type(key).__name__)

    def signed(signature: bytes, data: bytes) -> bool:
        try:
            key.verify(signature, data)
        except library.invalid:
            return False
        return True

    return Trusted(_id(key, library), signed)


def _read(path: Path, load: Callable[[bytes], Any]) -> Any:
    with readable(str(path)):
        if not path.is_file():
            raise stop("file-not-found", Place(str(path)))
        with path.open("rb") as file:
            data = file.read(MAX_PEM)
    try:
        return load(data)
    except Exception as error:  # the library names many, one of its own among them for kinds of key
        raise _unfit(path, type(error).__name__) from error


def _unfit(path: Path, problem: str) -> ParcoreError:
    return stop("seal-key", Place(str(path)), problem=problem)


def _id(public: Any, library: _Library) -> str:
    forms = library.serialization
    raw: bytes = public.public_bytes(forms.Encoding.Raw, forms.PublicFormat.Raw)
    return digest(raw)
