"""Ways to tamper with a bundle: each takes a sound one apart and gives another, as files or as a zip.

Three hands do it: one that changes files, one that makes the manifest anew but cannot sign, one that
signs with another key; and a fourth, the worst, has the right key and seals what is not so.
"""

from __future__ import annotations

import stat
import zipfile
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final
from warnings import catch_warnings, simplefilter

from parcore.audit.bundle import canonical, digest, manifest
from parcore.audit.bundle_files import zipped
from parcore.audit.seal_envelope import pae, signed
from tests.audit.bundles import OURS, THEIRS, Files, json_of, keys, resealed, with_json

Tampering = Callable[[Files], "Files | bytes"]
TRACE, PROGRAM = "traces/example-health.json", "programs/1.json"
ORDER: Final = 2**252 + 27742317777372353535851937790883648493


def flipped(path: str) -> Tampering:
    """One byte of a file changed."""

    def tamper(files: Files) -> Files:
        data = bytearray(files[path])
        data[len(data) // 2] ^= 1
        return {**files, path: bytes(data)}

    return tamper


def listed_anew(tamper: Callable[[Files], Files]) -> Tampering:
    """The manifest made anew over what was tampered with, the envelope as it was."""

    def again(files: Files) -> Files:
        changed = tamper(files)
        bare = {k: v for k, v in changed.items() if k not in ("manifest.json", "attestation.json")}
        return {**changed, "manifest.json": manifest(bare)}

    return again


def sealed_anew(tamper: Callable[[Files], Files], secret: str | None = OURS) -> Tampering:
    """Manifest and envelope made anew over what was tampered with, signed by a key or nobody."""
    return lambda files: resealed(tamper(files), secret)


def edited(path: str, edit: Callable[[Any], object]) -> Callable[[Files], Files]:
    """The data of a JSON file edited in place, in canonical form."""

    def tamper(files: Files) -> Files:
        data = json_of(files, path)
        edit(data)
        return with_json(files, path, data)

    return tamper


def without(path: str) -> Callable[[Files], Files]:
    """A file left out."""
    return lambda files: {each: data for each, data in files.items() if each != path}


def added(path: str, data: bytes = b"{}") -> Callable[[Files], Files]:
    """A file put in."""
    return lambda files: {**files, path: data}


def moved(one: str, two: str) -> Callable[[Files], Files]:
    """A file under another name."""
    return lambda files: {two if path == one else path: data for path, data in files.items()}


def envelope(edit: Callable[[Any, bytes], object]) -> Tampering:
    """The envelope edited; `edit` gets its data and the payload that was signed."""

    def tamper(files: Files) -> Files:
        data = json_of(files, "attestation.json")
        edit(data, _payload(files))
        return with_json(files, "attestation.json", data)

    return tamper


def _payload(files: Files) -> bytes:
    from base64 import b64decode

    return b64decode(json_of(files, "attestation.json")["payload"])


def signed_payload(edit: Callable[[Any], object], write: Callable[[Any], bytes] = canonical) -> Tampering:
    """The payload edited and signed again by the right key."""

    def again(data: Any, payload: bytes) -> None:
        import json

        said = json.loads(payload)
        edit(said)
        written, signer = write(said), keys()[0]
        data["payload"] = b64encode(written).decode()
        data["signatures"] = [{"keyid": signer.id, "sig": b64encode(signer.sign(pae(written))).decode()}]

    return envelope(again)


def signature(edit: Callable[[bytearray], object]) -> Tampering:
    """The bytes of the signature edited."""

    def again(data: Any, payload: bytes) -> None:
        from base64 import b64decode

        raw = bytearray(b64decode(data["signatures"][0]["sig"]))
        edit(raw)
        data["signatures"][0]["sig"] = b64encode(raw).decode()

    return envelope(again)


def _not_reduced(raw: bytearray) -> None:
    raw[32:] = (int.from_bytes(raw[32:], "little") + ORDER).to_bytes(32, "little")


def _by_them(data: Any, payload: bytes) -> None:
    """Their signature under our key's id."""
    data["signatures"][0]["sig"] = b64encode(keys(THEIRS)[0].sign(pae(payload))).decode()


def archive(
    change: Callable[[list[tuple[zipfile.ZipInfo, bytes]]], object],
    compression: int = zipfile.ZIP_STORED,
    comment: bytes = b"",
) -> Tampering:
    """A zip written by hand, its entries changed."""

    def tamper(files: Files) -> bytes:
        entries = []
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            entries.append((entry, data))
        change(entries)
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w") as written:
            written.comment = comment
            for entry, data in entries:
                with catch_warnings():  # a name twice is meant
                    simplefilter("ignore")
                    written.writestr(entry, data, compression)
        return buffer.getvalue()

    return tamper


def _entry(path: str, data: bytes = b"{}", mode: int = stat.S_IFREG | 0o644) -> Any:
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.create_system, entry.external_attr = 3, mode << 16
    return lambda entries: entries.append((entry, data))


def _nothing(entries: object) -> None:
    """Leave the entries as they are."""


def _misnamed(files: Files) -> bytes:
    """A zip whose local header names another file than its index does."""
    data = zipped(files)
    at = data.index(b"bundle.json")
    return data[:at] + b"bundel.json" + data[at + 11 :]


def _first(rows: list[Any], **wanted: object) -> Any:
    return next(row for row in rows if all(row[name] == value for name, value in wanted.items()))


def _other_step(trace: Any) -> None:
    """One computed step of a trace is more than it is."""
    trace["values"][-1] = "99"


def other_reading(files: Files) -> Files:
    """A step that reads evidence gives more than is stated."""
    nodes = json_of(files, PROGRAM)["nodes"]
    at = next(at for at, node in enumerate(nodes) if node["node"] == "field" and node["name"][0] != "@")
    return edited(TRACE, lambda trace: trace["values"].__setitem__(at, "77"))(files)


def _other_points(result: Any) -> None:
    unit = _first(result["units"], unit="example-health")
    leaf = next(row for row in unit["criteria"] if row["points"] not in (None, "0"))
    leaf["points"] = "0"


def _index(name: str, value: object) -> Callable[[Any], object]:
    def edit(result: Any) -> None:
        _first(result["units"], unit="example-health")[name] = value

    return edit


def _other_value(evidence: Any) -> None:
    row = next(row for row in evidence["statements"] if row["field"] == "tasks_done")
    row["value"] = row["text"] = "0"


def _constant(program: Any) -> None:
    node = next(each for each in program["nodes"] if each["node"] == "const" and each["value"] != "1000")
    node["value"] = "1000"


def _padded(trace: Any) -> None:
    """A number in another text: 40.0 for 40."""
    at = next(at for at, value in enumerate(trace["values"]) if value.isdigit())
    trace["values"][at] += ".0"


def _spaced(data: Any) -> bytes:
    import json

    return json.dumps(data, sort_keys=True, ensure_ascii=False).encode()


PAST_THE_MANIFEST: Final[dict[str, tuple[Tampering, str]]] = {
    **{
        f"a byte of {path}": (flipped(path), "bundle-digest")
        for path in ("bundle.json", "edition.yaml", "vocabulary.yaml", "units.json", "evidence.json",
                     "environment.json", "result.json", PROGRAM, TRACE)
        if path != "bundle.json"
    },
    "a byte of bundle.json": (flipped("bundle.json"), "bundle-predicate"),
    "a byte of the manifest": (flipped("manifest.json"), "bundle-subject"),
    "a byte of the envelope": (flipped("attestation.json"), "bundle-signature"),
    "a line more": (lambda f: {**f, "edition.yaml": f["edition.yaml"] + b"\n"}, "bundle-size"),
    "a file emptied": (lambda f: {**f, TRACE: b""}, "bundle-size"),
    "a file added": (added("traces/another.json"), "bundle-unlisted"),
    "a file added of no kind": (added("notes.json"), "bundle-unlisted"),
    "a file removed": (without(TRACE), "bundle-missing"),
    "the evidence removed": (without("evidence.json"), "bundle-missing"),
    "the manifest removed": (without("manifest.json"), "bundle-missing"),
    "the envelope removed": (without("attestation.json"), "bundle-missing"),
    "a file renamed": (moved(TRACE, "traces/example-wealth.json"), "bundle-missing"),
    "two traces exchanged": (
        lambda f: {**f, TRACE: f["traces/example-justice.json"], "traces/example-justice.json": f[TRACE]},
        "bundle-",
    ),
}  # fmt: skip

ENVELOPES: Final[dict[str, tuple[Tampering, str]]] = {
    "another payload type": (envelope(lambda e, _: e.update(payloadType="text/plain")), "bundle-version"),
    "no signature": (envelope(lambda e, _: e.update(signatures=[])), "bundle-unsigned"),
    "the signature twice": (
        envelope(lambda e, _: e["signatures"].append(e["signatures"][0])),
        "bundle-shape",
    ),
    "signatures no list": (envelope(lambda e, _: e.update(signatures={})), "bundle-shape"),
    "another key's signature": (envelope(_by_them), "bundle-signature"),
    "another key's id": (
        envelope(lambda e, _: e["signatures"][0].update(keyid=keys(THEIRS)[0].id)),
        "bundle-signature",
    ),
    "signed by another key": (sealed_anew(lambda f: f, THEIRS), "bundle-signature"),
    "a bit of the signature": (signature(lambda raw: raw.__setitem__(5, raw[5] ^ 1)), "bundle-signature"),
    "a signature not reduced": (signature(_not_reduced), "bundle-signature"),
    "a signature cut off": (signature(lambda raw: raw.pop()), "bundle-signature"),
    "a payload in other base64": (
        envelope(lambda e, p: e.update(payload=urlsafe_b64encode(p).decode().rstrip("="))),
        "bundle-shape",
    ),
    "a payload with a space": (envelope(lambda e, _: e.update(payload=e["payload"] + " ")), "bundle-shape"),
    "a payload written otherwise": (signed_payload(lambda _: None, _spaced), "bundle-json"),
    "a field more in the envelope": (envelope(lambda e, _: e.update(more=1)), "bundle-shape"),
    "an envelope written otherwise": (
        lambda f: {**f, "attestation.json": f["attestation.json"] + b"\n"},
        "bundle-json",
    ),
    "another kind of statement": (
        signed_payload(lambda s: s.update(_type="https://in-toto.io/Statement/v0.1")),
        "bundle-version",
    ),
    "another predicate type": (
        signed_payload(lambda s: s.update(predicateType="urn:parcore:sealed-result:v2")),
        "bundle-version",
    ),
    "another subject": (
        signed_payload(lambda s: s["subject"][0]["digest"].update(sha256=digest(b""))),
        "bundle-subject",
    ),
    "two subjects": (signed_payload(lambda s: s["subject"].append(s["subject"][0])), "bundle-subject"),
    "another predicate": (signed_payload(lambda s: s["predicate"].update(period="2023")), "bundle-predicate"),
}

NOT_SIGNED_AGAIN: Final[dict[str, tuple[Tampering, str]]] = {
    "a trace's step": (listed_anew(edited(TRACE, _other_step)), "bundle-subject"),
    "a result's points": (listed_anew(edited("result.json", _other_points)), "bundle-subject"),
    "evidence": (listed_anew(edited("evidence.json", _other_value)), "bundle-subject"),
    "a file left out": (listed_anew(without(TRACE)), "bundle-subject"),
    "a trace's step, signed by another": (
        sealed_anew(edited(TRACE, _other_step), THEIRS),
        "bundle-signature",
    ),
    "a trace's step, signed by nobody": (sealed_anew(edited(TRACE, _other_step), None), "bundle-unsigned"),
}

SIGNED_BY_US: Final[dict[str, tuple[Tampering, str]]] = {
    "a trace's step": (sealed_anew(edited(TRACE, _other_step)), "bundle-differs"),
    "what a trace reads": (sealed_anew(other_reading), "bundle-differs"),
    "a number written otherwise": (sealed_anew(edited(TRACE, _padded)), "bundle-differs"),
    "a trace cut off": (sealed_anew(edited(TRACE, lambda t: t["values"].pop())), "bundle-differs"),
    "a trace of another program": (
        sealed_anew(edited(TRACE, lambda t: t.update(program="programs/2.json"))),
        "bundle-differs",
    ),
    "a trace of another unit": (
        sealed_anew(edited(TRACE, lambda t: t.update(unit="example-justice"))),
        "bundle-differs",
    ),
    "a constant of the program": (sealed_anew(edited(PROGRAM, _constant)), "bundle-differs"),
    "points of a criterion": (sealed_anew(edited("result.json", _other_points)), "bundle-differs"),
    "the points": (sealed_anew(edited("result.json", _index("points", "100"))), "bundle-differs"),
    "the rate": (sealed_anew(edited("result.json", _index("rate", "100"))), "bundle-differs"),
    "the total": (sealed_anew(edited("result.json", _index("total", "100"))), "bundle-differs"),
    "the state": (sealed_anew(edited("result.json", _index("state", "withheld"))), "bundle-differs"),
    "the edition's name": (
        sealed_anew(edited("result.json", lambda r: r.update(edition="example@2025"))),
        "bundle-differs",
    ),
    "a unit left out of the result": (
        sealed_anew(edited("result.json", lambda r: r["units"].pop())),
        "bundle-differs",
    ),
    "evidence": (sealed_anew(edited("evidence.json", _other_value)), "bundle-differs"),
    "evidence in another order": (
        sealed_anew(edited("evidence.json", lambda e: e["statements"].reverse())),
        "bundle-shape",
    ),
    "evidence of another version": (
        sealed_anew(edited("evidence.json", lambda e: e.update(format="parcore-evidence-2"))),
        "bundle-version",
    ),
    "a bundle of another version": (
        sealed_anew(edited("bundle.json", lambda b: b.update(format="parcore-bundle-2"))),
        "bundle-version",
    ),
    "another stage": (
        sealed_anew(edited("bundle.json", lambda b: b.update(stage="self"))),
        "bundle-differs",
    ),
    "a stage that is none": (
        sealed_anew(edited("bundle.json", lambda b: b.update(stage="last"))),
        "bundle-shape",
    ),
    "a trace left out": (sealed_anew(without(TRACE)), "bundle-missing"),
    "the result left out": (sealed_anew(without("result.json")), "bundle-missing"),
    "a file of no kind": (sealed_anew(added("notes.json")), "bundle-unknown"),
    "a program that nobody uses": (sealed_anew(added("programs/2.json")), "bundle-unknown"),
    "a revision of nothing": (sealed_anew(added("revision.json")), "bundle-unknown"),
    "JSON written otherwise": (
        sealed_anew(lambda f: {**f, "result.json": f["result.json"] + b"\n"}),
        "bundle-json",
    ),
    "JSON that is none": (sealed_anew(lambda f: {**f, TRACE: b"{"}), "bundle-json"),
    "JSON nested too deep": (
        sealed_anew(lambda f: {**f, TRACE: b"[" * 100_000 + b"]" * 100_000}),
        "bundle-json",
    ),
    "a number with a fraction": (sealed_anew(lambda f: {**f, "units.json": b"1.5"}), "bundle-json"),
}

ARCHIVES: Final[dict[str, tuple[Tampering, str]]] = {
    "a path that leads out": (archive(_entry("../evil.json")), "bundle-path"),
    "a path from the root": (archive(_entry("/etc/evil.json")), "bundle-path"),
    "a path with a backslash": (archive(_entry("traces\\evil.json")), "bundle-path"),
    "a path too deep": (archive(_entry("traces/a/b.json")), "bundle-path"),
    "a path of another case": (archive(_entry("Result.json")), "bundle-path"),
    "a folder": (archive(_entry("traces/", b"")), "bundle-path"),
    "a name that no text is": (archive(_entry("traces/\u00e9.json")), "bundle-path"),
    "a link": (archive(_entry("link.json", b"/etc/passwd", stat.S_IFLNK | 0o777)), "bundle-link"),
    "a file twice": (archive(_entry("result.json")), "bundle-twice"),
    "compressed": (archive(_nothing, zipfile.ZIP_DEFLATED), "bundle-zip"),
    "a bomb": (archive(_entry("z.json", b"0" * 10_000_000), zipfile.ZIP_DEFLATED), "bundle-zip"),
    "a comment": (archive(_nothing, comment=b"hello"), "bundle-zip"),
    "out of order": (archive(lambda entries: entries.reverse()), "bundle-zip"),
    "bytes before": (lambda f: b"#!/bin/sh\n" + zipped(f), "bundle-zip"),
    "bytes after": (lambda f: zipped(f) + b"\0", "bundle-zip"),
    "cut off": (lambda f: zipped(f)[:-1], "bundle-zip"),
    "an entry of two names": (_misnamed, "bundle-zip"),
    "nothing": (lambda _: b"", "bundle-zip"),
    "an empty zip": (lambda _: zipped({}), "bundle-"),
    "another date": (
        archive(lambda entries: setattr(entries[0][0], "date_time", (2024, 1, 1, 0, 0, 0))),
        "bundle-zip",
    ),
}

ALL: Final = {
    f"{group}: {name}": each
    for group, found in (
        ("files", PAST_THE_MANIFEST),
        ("envelope", ENVELOPES),
        ("not signed again", NOT_SIGNED_AGAIN),
        ("signed by the right key", SIGNED_BY_US),
        ("zip", ARCHIVES),
    )
    for name, each in found.items()
}


def place_moved(files: Files) -> Files:
    """A place that is not the unit's, sealed by the right key: no trace has places."""
    tamper = edited("result.json", lambda r: r["units"][0]["places"][0].update(place=5))
    return resealed(tamper(files))


def whole_anew(files: Files, constant: str, other: str) -> Files:
    """A constant of the program replaced, and every trace and number with it, sealed by the right key."""
    from tests.audit.bundles import second

    return signed(_consistent(files, second(), constant, other), keys()[0])


def _consistent(files: Files, tool: Any, constant: str, other: str) -> Files:
    changed = {k: v for k, v in files.items() if k not in ("manifest.json", "attestation.json")}
    program = json_of(files, PROGRAM)
    node = _first(program["nodes"], node="const", value=constant)
    node["value"] = other
    changed[PROGRAM] = canonical(program)
    result = json_of(files, "result.json")
    for unit in result["units"]:
        path = f"traces/{unit['unit']}.json"
        trace = json_of(files, path)
        values: list[Any] = []
        for each, said in zip(program["nodes"], trace["values"], strict=True):
            given = each["node"] in ("field", "symbol")
            values.append(tool.value(said) if given else tool.step(each, [values[i] for i in each["of"]]))
        texts = [tool.exact(v.number) if v.state == 0 else tool.WORDS[v.state] for v in values]
        changed[path] = canonical(trace | {"values": texts})
        known = {name: values[at] for name, at in program["roots"].items()}

        def number(root: str, known: dict[str, Any] = known) -> Any:
            return tool.exact(known[root].number) if root in known and known[root].state == 0 else None

        unit |= {name: number(root) for name, root in tool.INDEX.items()}
        for row in (*unit["criteria"], *unit["adjustments"]):
            row["points"] = number(f"points:{row['id']}")
            if "attainable" in row:
                row["attainable"] = number(f"attainable:{row['id']}")
    changed["result.json"] = canonical(result)
    return changed
