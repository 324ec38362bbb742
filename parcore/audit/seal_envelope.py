"""The attestation: an in-toto Statement about the manifest in a DSSE envelope, signed once or not at all.

In: a bundle's files, a key. Out: `attestation.json`; or the refusal of one that is not exactly this.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any, Final

from parcore.audit.bundle import (
    BUNDLE_FILE,
    ENVELOPE_FILE,
    MANIFEST_FILE,
    MAX_SHOWN,
    STATEMENT,
    Files,
    canonical,
    digest,
    listed,
    load,
    manifest,
    refuse,
    shaped,
    take,
    text,
)
from parcore.audit.seal_keys import Signer, Trusted

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
PREDICATE_TYPE: Final = "urn:parcore:sealed-result:v1"
PAYLOAD: Final = f"{ENVELOPE_FILE}#payload"


def pae(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """What DSSE signs: type and payload, each after its length."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def statement(files: Files) -> bytes:
    """The statement: of the manifest's digest, that it is a sealed result of what `bundle.json` says."""
    subject = [{"name": MANIFEST_FILE, "digest": {"sha256": digest(files[MANIFEST_FILE])}}]
    return canonical(
        {
            "_type": STATEMENT,
            "subject": subject,
            "predicateType": PREDICATE_TYPE,
            "predicate": load(files, BUNDLE_FILE),
        }
    )


def signed(files: Files, signer: Signer | None) -> dict[str, bytes]:
    """The files with their manifest and its envelope; without a key nobody signs it."""
    whole = {**files, MANIFEST_FILE: manifest(files)}
    payload = statement(whole)
    signatures = [] if signer is None else [{"keyid": signer.id, "sig": _base64(signer.sign(pae(payload)))}]
    envelope = {"payload": _base64(payload), "payloadType": PAYLOAD_TYPE, "signatures": signatures}
    return {**whole, ENVELOPE_FILE: canonical(envelope)}


def check_envelope(files: Files, trusted: Trusted | None) -> None:
    """Check that the envelope is signed by exactly this key (None: by nobody) and of this manifest.

    Raises:
        Refused: anything else.
    """
    payload_text, kind, signatures = shaped(
        ENVELOPE_FILE, lambda: take(load(files, ENVELOPE_FILE), "payload", "payloadType", "signatures")
    )
    if kind != PAYLOAD_TYPE:
        raise refuse("bundle-version", ENVELOPE_FILE, found=str(kind)[:MAX_SHOWN], known=PAYLOAD_TYPE)
    payload = shaped(ENVELOPE_FILE, lambda: _bytes(payload_text))
    _check_signatures(shaped(ENVELOPE_FILE, lambda: listed(signatures)), payload, trusted)
    _check_statement(files, load({PAYLOAD: payload}, PAYLOAD))


def _check_signatures(signatures: list[Any], payload: bytes, trusted: Trusted | None) -> None:
    if trusted is None:
        if signatures:
            raise refuse("bundle-signed", ENVELOPE_FILE)
        return
    if not signatures:
        raise refuse("bundle-unsigned", ENVELOPE_FILE)
    if len(signatures) != 1:
        raise refuse("bundle-shape", ENVELOPE_FILE, problem=f"signatures: {len(signatures)}")
    key, written = shaped(ENVELOPE_FILE, lambda: take(signatures[0], "keyid", "sig"))
    signature = shaped(ENVELOPE_FILE, lambda: _bytes(written))
    if key != trusted.id or not trusted.signed(signature, pae(payload)):
        raise refuse("bundle-signature", ENVELOPE_FILE, key=trusted.id, said=str(key)[:64])


def _check_statement(files: Files, data: Any) -> None:
    kind, subject, about, predicate = shaped(
        PAYLOAD, lambda: take(data, "_type", "subject", "predicateType", "predicate")
    )
    for found, known in ((kind, STATEMENT), (about, PREDICATE_TYPE)):
        if found != known:
            raise refuse("bundle-version", PAYLOAD, found=str(found)[:MAX_SHOWN], known=known)
    if MANIFEST_FILE not in files:
        raise refuse("bundle-missing", MANIFEST_FILE)
    wanted = digest(files[MANIFEST_FILE])
    if subject != [{"name": MANIFEST_FILE, "digest": {"sha256": wanted}}]:
        raise refuse("bundle-subject", MANIFEST_FILE, digest=wanted)
    if predicate != load(files, BUNDLE_FILE):
        raise refuse("bundle-predicate", BUNDLE_FILE)


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _bytes(data: object) -> bytes:
    """The bytes of a base64 text in its one form.

    Raises:
        ValueError: it is none.
    """
    found = b64decode(text(data).encode("ascii"), validate=True)
    if _base64(found) != data:
        raise ValueError("base64")
    return found
