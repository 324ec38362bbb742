#!/usr/bin/env python3
"""Verifies a sealed result as docs/bundle.md specifies it: one file, nothing but the standard library.

In: a bundle (folder or zip) and an Ed25519 public key. It checks envelope, manifest and files, then
computes every step of every trace again, and that evidence, traces and result agree. What it leaves
to `parcore verify`, which has the engine: that the programs are those of the edition, statistics over
peers, roll-ups, classes, places and the notes of the result.

    python verify_bundle.py BUNDLE --key PUBLIC.pem [--earlier BUNDLE]
    python verify_bundle.py BUNDLE --unsigned

Exit status 0: it holds; 1: refused, saying what and where; 2: it could not run.
"""

from __future__ import annotations

import argparse
import json
import re
import struct
import sys
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any, NamedTuple

MAX_FILES, MAX_FILE, MAX_ALL, MAX_PATH, MAX_DEPTH = 20_000, 256 * 2**20, 1024 * 2**20, 200, 32
PAYLOAD_TYPE, PREDICATE = "application/vnd.in-toto+json", "urn:parcore:sealed-result:v1"
STATEMENT = "https://in-toto.io/Statement/v1"
PATH = re.compile(r"([a-z0-9][a-z0-9-]*/)?[a-z0-9][a-z0-9-]*\.(json|yaml)")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+|/[0-9]*[1-9][0-9]*)?")
EMPTY = ("nothing_arose", "unverified", "missing", "rejected", "not_applicable")
STATES = {"ok": 0, **dict(zip(EMPTY, range(1, 6), strict=True)), "excluded": 10, "rescaled": 11,
          "withheld": 20, "error": 30}  # fmt: skip
WORDS = {number: word for word, number in STATES.items()}
OK, NOTHING, MISSING, NOT_APPLICABLE, ERROR = 0, 1, 3, 5, 30
DOCUMENT = re.compile(r"(edition|vocabulary(-[1-9]\d*)?)\.yaml|units\.json")
STAGES = ("self", "appraised", "appraised-2", "final")
Files = dict[str, bytes]


class Refused(Exception):
    """What is wrong, and where."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


def must(condition: bool, path: str, problem: str) -> None:
    """Refuse unless it is so."""
    if not condition:
        raise Refused(path, problem)


# Ed25519 (RFC 8032, section 5.1); verification alone, [S]B − [k]A = R to the byte


P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def _recover(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x % 2 != sign else x


def _point(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    y, sign = number % 2**255, number >> 255
    x = _recover(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]), (one[1] + one[0]) * (two[1] + two[0])
    c, d = 2 * one[3] * two[3] * D, 2 * one[2] * two[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        total, point, number = (_add(total, point) if number & 1 else total), _add(point, point), number >> 1
    return total


def _packed(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _recover(BASE_Y, 0) or 0
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message is by the public key."""
    key = _point(public) if len(public) == 32 and len(signature) == 64 else None
    s = int.from_bytes(signature[32:], "little")
    if key is None or s >= L:
        return False
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    minus: Point = (P - key[0], key[1], 1, P - key[3])
    return _packed(_add(_times(s, BASE), _times(k, minus))) == signature[:32]


def public_key(pem: str) -> bytes:
    """The 32 bytes of a public key in PEM (RFC 8410)."""
    found = re.fullmatch(r"-----BEGIN PUBLIC KEY-----\s(.*)\s-----END PUBLIC KEY-----\s*", pem, re.DOTALL)
    der = b64decode("".join(found.group(1).split())) if found else b""
    if len(der) != 44 or der[:12] != bytes.fromhex("302a300506032b6570032100"):
        raise ValueError("no Ed25519 public key")
    return der[12:]


# Folder and zip


def read_folder(folder: Path) -> Files:
    """The files of a folder; no link is followed."""
    files, total = Files(), 0
    waiting = list(folder.iterdir())
    for path in waiting:
        name = path.relative_to(folder).as_posix()
        must(not path.is_symlink(), name, "a link")
        if path.is_dir() and path.parent == folder:
            waiting += path.iterdir()
            continue
        must(path.is_file() and sound(name), name, "no path of a bundle")
        size = path.stat().st_size
        total += size
        must(len(files) < MAX_FILES and size <= MAX_FILE and total <= MAX_ALL, name, "too large")
        with path.open("rb") as file:
            files[name] = file.read(size + 1)
    return files


def sound(path: str) -> bool:
    """Whether a bundle may hold a file of this path."""
    return len(path) <= MAX_PATH and PATH.fullmatch(path) is not None


def zipped(files: Files) -> bytes:
    """The one zip of some files."""
    parts, index, at = list[bytes](), list[bytes](), 0
    for path, data in sorted(files.items()):
        name = path.encode()
        sizes = (zlib.crc32(data), len(data), len(data), len(name), 0)
        same = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, *sizes)
        parts += [b"PK\3\4", same, name, data]
        index += [b"PK\1\2", struct.pack("<BB", 20, 3), same]
        index += [struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, at), name]
        at += 30 + len(name) + len(data)
    listed = b"".join(index)
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(listed), at, 0)
    return b"".join(parts) + listed + b"PK\5\6" + end


def unzipped(data: bytes, name: str) -> Files:
    """The files in a zip; it must be the one zip that they make."""
    files, at = Files(), 0
    try:
        while data[at : at + 4] == b"PK\3\4":
            size, long = struct.unpack("<I", data[at + 22 : at + 26])[0], data[at + 26]
            path, at = data[at + 30 : at + 30 + long].decode("ascii"), at + 30 + long
            must(sound(path) and path not in files and len(files) < MAX_FILES, path[:60], "a path, or twice")
            must(size <= MAX_FILE, path, "too large")
            files[path], at = data[at : at + size], at + size
    except (ValueError, struct.error, IndexError) as error:
        raise Refused(name, "no zip of a bundle") from error
    must(bool(files) and len(files) < 2**16 and zipped(files) == data, name, "no zip as bundles are written")
    return files


# Canonical JSON, manifest, envelope


def canonical(data: object) -> bytes:
    """The one text of plain data."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def load(files: Files, path: str) -> Any:
    """The data of a JSON file in its one form."""
    must(path in files, path, "not there")
    try:
        data = json.loads(files[path].decode(), parse_float=_refuse, parse_constant=_refuse, parse_int=_whole)
        depth(data)
        same = canonical(data) == files[path]
    except (ValueError, RecursionError) as error:
        raise Refused(path, "not JSON of this kind") from error
    must(same, path, "not in canonical form")
    return data


def _refuse(text: str) -> None:
    raise ValueError(text)


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= 2**53:
        raise ValueError(text)
    return int(text)


def depth(data: object) -> None:
    """Refuse what is nested too deep."""
    level = [data]
    for _ in range(MAX_DEPTH + 1):
        inner = [each for each in level if isinstance(each, dict | list)]
        if not inner:
            return
        level = [part for each in inner for part in (each.values() if isinstance(each, dict) else each)]
    raise ValueError("too deep")


def take(path: str, data: Any, *names: str) -> list[Any]:
    """The values of a map with exactly these keys."""
    must(isinstance(data, dict) and set(data) == set(names), path, f"keys are not {', '.join(names)}")
    return [data[name] for name in names]


def of_format(files: Files, path: str, known: str, *names: str) -> list[Any]:
    """The values of a file of a known format."""
    data = load(files, path)
    must(isinstance(data, dict) and data.get("format") == known, path, f"its format is not {known}")
    return take(path, data, "format", *names)[1:]


def base64(text: object) -> bytes:
    """The bytes of a base64 text in its one form."""
    must(isinstance(text, str), "attestation.json", "base64")
    try:
        data = b64decode(str(text), validate=True)
    except ValueError as error:
        raise Refused("attestation.json", "base64") from error
    must(b64encode(data).decode() == text, "attestation.json", "base64")
    return data


def check_envelope(files: Files, key: bytes | None) -> None:
    """The envelope, signed by exactly this key (None: by nobody), of this manifest."""
    at = "attestation.json"
    written, kind, signatures = take(at, load(files, at), "payload", "payloadType", "signatures")
    must(kind == PAYLOAD_TYPE, at, f"its payload type is not {PAYLOAD_TYPE}")
    payload = base64(written)
    must(isinstance(signatures, list) and len(signatures) == (key is not None), at, "signed by how many?")
    if key is not None:
        keyid, signature = take(at, signatures[0], "keyid", "sig")
        body = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
        mine = keyid == sha256(key).hexdigest() and ed25519(key, body, base64(signature))
        must(mine, at, "the signature is not by this key")
    data = load({at: payload}, at)
    kind, subject, about, predicate = take(at, data, "_type", "subject", "predicateType", "predicate")
    must(kind == STATEMENT and about == PREDICATE, at, "a statement of an unknown kind")
    must("manifest.json" in files, "manifest.json", "not there")
    wanted = [{"name": "manifest.json", "digest": {"sha256": sha256(files["manifest.json"]).hexdigest()}}]
    must(subject == wanted, "manifest.json", "not what was signed")
    must(predicate == load(files, "bundle.json"), "bundle.json", "not what was signed")


def check_manifest(files: Files) -> None:
    """Every file is listed, and is what the list says."""
    (rows,) = of_format(files, "manifest.json", "parcore-manifest-1", "files")
    out = ("attestation.json", "manifest.json")
    listed = [
        {"path": path, "sha256": sha256(data).hexdigest(), "size": len(data)}
        for path, data in sorted(files.items())
        if path not in out
    ]
    for said, is_ in zip(rows if isinstance(rows, list) else (), listed, strict=False):
        must(said == is_, "manifest.json", f"{str(said)[:120]} is not {is_['path']}")
    must(rows == listed, "manifest.json", "files are missing or not listed")


# Values and steps


class Value(NamedTuple):
    """A state, and a number where it is 0 (ok)."""

    state: int
    number: Fraction = Fraction(0)


def exact(number: Fraction) -> str:
    """The one text of a number: a decimal where there is one, else a fraction."""
    rest, digits = number.denominator, 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        digits = max(digits, count)
    if rest > 1:
        return f"{number.numerator}/{number.denominator}"
    whole = str(abs(number.numerator) * 10**digits // number.denominator).rjust(digits + 1, "0")
    sign = "-" if number < 0 else ""
    return sign + (f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole)


def fraction(text: Any) -> Fraction:
    """The number of its one text."""
    number = Fraction(text) if isinstance(text, str) and NUMBER.fullmatch(text) else None
    if number is None or exact(number) != text:
        raise ValueError(f"no number: {str(text)[:40]}")
    return number


def value(text: Any) -> Value:
    """The value of its one text: a number, or the word of a state."""
    return Value(STATES[text]) if text in STATES and text != "ok" else Value(OK, fraction(text))


def aggregate(op: str, args: Sequence[Value], skip: Iterable[str]) -> Value:
    """Sum, mean, min, max or count of values, those of some states left out."""
    out = {STATES[word] for word in skip}
    kept = [each for each in args if each.state not in out]
    if not kept:
        return Value(OK) if op == "count" else Value(max((each.state for each in args), default=NOTHING))
    state, numbers = max(each.state for each in kept), [each.number for each in kept]
    if state != OK:
        return Value(state)
    whole = sum(numbers, Fraction(0))
    found = {"count": lambda: Fraction(len(kept)), "sum": lambda: whole, "mean": lambda: whole / len(kept),
             "min": lambda: min(numbers), "max": lambda: max(numbers)}  # fmt: skip
    return Value(OK, found[op]())


def divide(a: Value, b: Value, kind: str) -> Value:
    """a / b, with what an empty b means."""
    if b.state == NOTHING or (b.state == OK and not b.number):
        if kind == "strict":
            return Value(ERROR)
        if a.state == OK:
            return Value(ERROR) if a.number and kind == "share" else Value(NOTHING)
        return Value(NOTHING) if kind == "share" and a.state < STATES["excluded"] else Value(a.state)
    if a.state or b.state:
        if kind == "share" and a.state == NOTHING and b.state == OK:
            return Value(ERROR)
        hidden = b.state in (STATES["unverified"], MISSING, STATES["rejected"])
        return b if kind == "share" and a.state == NOT_APPLICABLE and hidden else Value(max(a.state, b.state))
    return Value(OK, a.number / b.number) if b.number > 0 else Value(ERROR)


def rounded(number: Fraction, digits: int, mode: str) -> Fraction:
    """At so many decimals: `half_up` is floor(x + 1/2), `down` the floor, `up` the ceiling."""
    must(type(digits) is int and abs(digits) <= 1000, "programs", "digits")
    scaled = number * Fraction(10) ** digits
    whole = {"half_up": lambda: (scaled + Fraction(1, 2)) // 1, "down": lambda: scaled // 1,
             "up": lambda: -(-scaled // 1)}[mode]()  # fmt: skip
    return Fraction(whole) / Fraction(10) ** digits


def piecewise(node: Any, x: Value) -> Value:
    """slope × x + intercept of the piece that holds x."""
    if x.state:
        return x
    for piece in node["pieces"]:
        low, high = (None if piece[end] is None else fraction(piece[end]) for end in ("low", "high"))
        above = low is None or x.number > low or (x.number == low and piece["low_in"] is True)
        below = high is None or x.number < high or (x.number == high and piece["high_in"] is True)
        if above and below:
            return Value(OK, fraction(piece["slope"]) * x.number + fraction(piece["intercept"]))
    return Value(ERROR)


COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b, "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b, ">": lambda a, b: a > b, "=": lambda a, b: a == b,
}  # fmt: skip


def strict(args: Sequence[Value], give: Callable[[], Fraction | bool]) -> Value:
    """The largest state of the operands; where all are ok, what they give."""
    state = max((each.state for each in args), default=OK)
    return Value(state) if state else Value(OK, Fraction(give()))


def step(node: Any, of: Sequence[Value]) -> Value:
    """What a step gives for its operands."""
    match node["node"]:
        case "const":
            return Value(OK, fraction(node["value"]))
        case "raise":
            return Value(STATES[node["state"]])
        case "agg":
            return aggregate(node["op"], of, node["skip"])
        case "mul":
            return strict(of, lambda: of[0].number * of[1].number)
        case "div":
            return divide(of[0], of[1], node["division"])
        case "piecewise":
            return piecewise(node, of[0])
        case "round":
            return strict(of, lambda: rounded(of[0].number, node["digits"], node["mode"]))
        case "cmp":
            return strict(of, lambda: COMPARE[node["op"]](of[0].number, of[1].number))
        case "logic":
            return strict(of, lambda: (all if node["every"] else any)(each.number for each in of))
        case "not":
            return strict(of, lambda: not of[0].number)
        case _:
            return choice(node, of)


def choice(node: Any, of: Sequence[Value]) -> Value:
    """One of several operands: by key, by the first true condition, by state."""
    match node["node"]:
        case "table":
            rows = zip(node["keys"], of[1:], strict=True)
            found = next((row for key, row in rows if of[0].number == key), Value(ERROR))
            return of[0] if of[0].state else found
        case "pick":
            for condition, branch in zip(of[:-1:2], of[1::2], strict=True):
                if condition.state or condition.number:
                    return condition if condition.state else branch
            return of[-1]
        case "match":
            if of[0].state == OK:
                return of[-1] if node["ok"] else of[0]
            return next(
                (v for word, v in zip(node["states"], of[1:], strict=False) if STATES[word] == of[0].state),
                of[0],
            )
    raise ValueError(f"no node: {str(node['node'])[:20]}")


# Evidence


def months(period: str) -> tuple[int, int]:
    """Its first month, counted from year 0, and how many it has."""
    year, _, part = period.partition("-")
    first = 3 * int(part[1]) - 3 if part.startswith("Q") else int(part) - 1 if part else 0
    return int(year) * 12 + first, 3 if part.startswith("Q") else 1 if part else 12


class Evidence:
    """The statements of a bundle, as one period and stage see them."""

    def __init__(self, files: Files, period: str, stage: str) -> None:
        self.statements: dict[tuple[str, int, int, str], dict[str, Any]] = {}
        self.lists: dict[tuple[str, int, int, str], dict[str, Any]] = {}
        self.at, self.stage = months(period), STAGES.index(stage)
        rows = of_format(files, "evidence.json", "parcore-evidence-1", "statements", "lists")
        for given, held, name in zip(rows, (self.statements, self.lists), ("field", "kind"), strict=True):
            keys = [(e["unit"], e["period"], e[name], STAGES.index(e["stage"])) for e in given]
            must(keys == sorted(set(keys)), "evidence.json", "not in order, or twice")
            for (unit, when, what, _), each in zip(keys, given, strict=True):
                held.setdefault((unit, *months(when), what), {})[each["stage"]] = each

    def latest(self, held: dict[Any, Any], unit: str, lag: int, name: str) -> tuple[Any, bool]:
        """What counts at the stage, and whether the unit alone says so."""
        first, count = self.at[0] - lag * self.at[1], self.at[1]
        stages = held.get((unit, first, count, name), {})
        known = [each for each in STAGES[: self.stage + 1] if each in stages]
        return (stages[known[-1]], known[-1] == "self" and self.stage > 0) if known else (None, False)

    def parts(self, unit: str, lag: int, name: str) -> bool:
        """Whether anything is stated for a part of the period."""
        first, count = self.at[0] - lag * self.at[1], self.at[1]
        return any(
            unit == u and name == n and first <= at and at + long <= first + count and long < count
            for u, at, long, n in self.statements
        )

    def read(self, unit: str, node: Any) -> Value | None:
        """What a step that reads evidence gives; None where this file cannot tell."""
        name, lag = node["name"], node["lag"]
        if name.startswith("@"):
            return None
        if name.startswith("given:"):
            datum, alone = self.latest(self.statements, unit, 0, f"points:{name[6:]}")
            return Value(MISSING) if datum is None or alone else value(datum["value"])
        datum, alone = self.latest(self.statements, unit, lag, name)
        if datum is None:
            return None if self.parts(unit, lag, name) else Value(MISSING)
        found = value(datum["value"])
        if alone and (found.state != MISSING or datum["bound"] is not None):
            return Value(STATES["unverified"])
        return chosen(node, found, datum["text"])


def chosen(node: Any, found: Value, text: str) -> Value:
    """A number; or of a choice its position among the step's options."""
    if node["node"] == "field" or found.state:
        return found
    options = node["options"]
    return Value(OK, Fraction(options.index(text))) if text in options else Value(ERROR)


def in_record(record: Any, node: Any) -> Value | None:
    """What a step gives that reads one record."""
    cell = None if node["lag"] else record["cells"].get(node["name"])
    if node["name"].startswith("@"):
        return None
    return Value(MISSING) if cell is None else chosen(node, value(cell["value"]), cell["text"])


# Traces and result


Reads = Callable[[Any], "Value | None"]


def run(path: str, program: Any, trace: Any, reads: Reads, lists: Callable[[str], Any]) -> list[Value]:
    """The values of a trace, each computed again from its operands."""
    values, members = [value(each) for each in trace["values"]], trace["members"]
    nodes = program["nodes"]
    must(len(values) == len(nodes), path, "as many values as steps")
    overs = {str(at) for at, node in enumerate(nodes) if node["node"] == "over"}
    must(set(members) == overs, path, "members of other steps")
    for at, node in enumerate(nodes):
        of, own = node["of"], values[at]
        must(all(type(i) is int and 0 <= i < at for i in of), path, f"step {at + 1}: operands")
        if node["node"] in ("field", "symbol"):
            again = reads(node) or own
        elif node["node"] == "over":
            again = over(path, node, members[str(at)], lists)
        else:
            again = step(node, [values[i] for i in of])
        must(again == own, path, f"step {at + 1} ({node['node']}) is not what its operands or evidence give")
    return values


def over(path: str, node: Any, members: Any, lists: Callable[[str], Any]) -> Value:
    """An aggregate over records or peers, each with a trace of its own."""
    body, roots, domain = node["body"], node["body"]["roots"], node["domain"]
    traces, state = members["traces"], STATES[members["state"]]
    records: list[Any] = [None] * len(traces)
    held = lists(domain["records"]) if "records" in domain else None
    if held is not None:
        known, records = held
        must(known == state and len(records) == len(traces), path, f"records of {domain['records']}")
    runs = []
    for record, trace in zip(records, traces, strict=True):
        reads: Reads = (lambda _: None) if record is None else (lambda n, r=record: in_record(r, n))  # type: ignore[misc]
        runs.append(run(path, body, trace, reads, lambda _: (MISSING, [])))
    if state:
        return Value(state)
    own = runs.pop(0)[roots["body"]] if node["op"] == "rank" else None
    if "where" in roots:
        unknown = max((values[roots["where"]].state for values in runs), default=OK)
        if unknown:
            return Value(unknown)
        runs = [values for values in runs if values[roots["where"]].number]
    results = [values[roots["body"]] for values in runs]
    if own is None:
        return aggregate(node["op"], results, node["skip"])
    peers = [each for each in results if WORDS[each.state] not in node["skip"]]
    return strict([own, *peers], lambda: Fraction(1 + sum(each.number > own.number for each in peers)))


INDEX = {
    "points": "index:base:rounded", "points_unrounded": "index:base", "attainable": "index:attainable",
    "rate": "index:rate:rounded", "rate_unrounded": "index:rate", "bonus": "index:bonus",
    "penalty": "index:penalty", "total": "index:total:rounded", "total_unrounded": "index:total",
}  # fmt: skip


def check_result(files: Files, sealed: dict[str, Any]) -> None:
    """Every trace again, and the result's numbers from the roots of the traces."""
    result = load(files, "result.json")
    engine, _ = of_format(files, "environment.json", "parcore-environment-1", "parcore", "python")
    wanted = {"format": "parcore-result-1", "parcore": engine, "assumed": [], "observations": []}
    for name, said in (wanted | {each: sealed[each] for each in ("edition", "period", "stage")}).items():
        must(result[name] == said, "result.json", name)
    evidence = Evidence(files, sealed["period"], sealed["stage"])
    named = {f"traces/{unit['unit']}.json" for unit in result["units"]}
    must(len(named) == len(result["units"]), "result.json", "a unit twice")
    must(named == {path for path in files if path.startswith("traces/")}, "traces", "not those of the units")
    used = {check_unit(files, evidence, unit) for unit in result["units"]}
    programs = {f"programs/{at}.json" for at in range(1, len(used) + 1)}
    must(used == programs == {path for path in files if path.startswith("programs/")}, "programs", "not used")


def check_unit(files: Files, evidence: Evidence, said: Any) -> str:
    """One unit's trace and its numbers; gives the path of its program."""
    unit, path = said["unit"], f"traces/{said['unit']}.json"
    names = ("unit", "group", "program", "values", "members")
    own, group, where, values, members = of_format(files, path, "parcore-trace-1", *names)
    must((own, group) == (unit, said["group"]), path, "unit or group")
    nodes, roots = of_format(files, where, "parcore-program-1", "nodes", "roots")

    def lists(kind: str) -> tuple[int, list[Any]]:
        given, alone = evidence.latest(evidence.lists, unit, 0, kind)
        if given is None or alone:
            return (MISSING if given is None else STATES["unverified"]), []
        return OK, given["records"]

    trace = {"values": values, "members": members}
    found = run(path, {"nodes": nodes}, trace, lambda node: evidence.read(unit, node), lists)
    known = {name: found[at] for name, at in roots.items()}

    def number(root: str) -> str | None:
        return exact(known[root].number) if root in known and known[root].state == OK else None

    for name, root in INDEX.items():
        must(said[name] == number(root), "result.json", f"{unit}: {name} is not what its trace gives")
    must(said["state"] == WORDS[known["index:total"].state], "result.json", f"{unit}: state")
    for row in (*said["criteria"], *said["adjustments"]):
        root = f"points:{row['id']}"
        same = row["points"] == number(root) and row["state"] == WORDS[known[root].state]
        if "attainable" in row:
            same = same and row["attainable"] == number(f"attainable:{row['id']}")
        must(same, "result.json", f"{unit}: {row['id']} is not what its trace gives")
    return str(where)


# Revision


NODE = ("attainable", "points", "state")


def changed(names: Sequence[str], before: dict[Any, Any], after: dict[Any, Any]) -> list[dict[str, Any]]:
    """The keys whose values differ, with both."""
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return [
        dict(zip(names, key, strict=True)) | {"before": before.get(key), "after": after.get(key)}
        for key in keys
    ]


def tables(files: Files) -> list[dict[Any, Any]]:
    """What is compared of a bundle: statements, lists, points, index, places; each by its key."""
    evidence, units = load(files, "evidence.json"), load(files, "result.json")["units"]
    out = ("unit", "period", "field", "kind", "stage", "place")
    bare = [[{k: v for k, v in r.items() if k != "place"} for r in e["records"]] for e in evidence["lists"]]
    rows = [(unit["unit"], row) for unit in units for row in (*unit["criteria"], *unit["adjustments"])]
    places = [(unit["unit"], place) for unit in units for place in unit["places"]]
    index = (*INDEX, "class", "state")
    return [
        {
            (e["unit"], e["period"], e["field"], e["stage"]): {k: v for k, v in e.items() if k not in out}
            for e in evidence["statements"]
        },
        {
            (e["unit"], e["period"], e["kind"], e["stage"]): {
                "records": len(records),
                "sha256": sha256(canonical(records)).hexdigest(),
            }
            for e, records in zip(evidence["lists"], bare, strict=True)
        },
        {(unit, row["id"]): {name: row[name] for name in NODE if name in row} for unit, row in rows},
        {(unit["unit"],): {name: unit[name] for name in index} for unit in units},
        {(unit, p["circle"]): {name: p[name] for name in ("place", "among", "open")} for unit, p in places},
    ]


def check_revision(files: Files, sealed: Any, earlier: Files | None, key: bytes | None) -> None:
    """What the bundle says of the one before it."""
    at = "revision.json"
    if sealed["revises"] is None:
        must(at not in files and earlier is None, at, "this bundle revises none")
        return
    said, reason, told = of_format(files, at, "parcore-revision-1", "earlier", "reason", "changes")
    must(said == sealed["revises"], at, "not the bundle that it revises")
    must(isinstance(reason, str) and bool(reason.strip()), at, "no reason")
    if earlier is None:
        return
    must(sha256(earlier.get("manifest.json", b"")).hexdigest() == said, at, "not the bundle that it revises")
    before = sealed_files(earlier, key)
    must(all(before[n] == sealed[n] for n in ("edition", "period", "stage")), at, "of another result")
    documents = sorted(each for each in {*earlier, *files} if DOCUMENT.fullmatch(each))
    keys = {"statements": ("unit", "period", "field", "stage"), "lists": ("unit", "period", "kind", "stage"),
            "points": ("unit", "criterion"), "index": ("unit",), "places": ("unit", "circle")}  # fmt: skip
    pairs = zip(keys.items(), tables(earlier), tables(files), strict=True)
    again: dict[str, Any] = {name: changed(names, one, two) for (name, names), one, two in pairs}
    again["documents"] = [each for each in documents if earlier.get(each) != files.get(each)]
    must(told == again, at, "the changes told are not those between the two bundles")


# The whole


def sealed_files(files: Files, key: bytes | None) -> dict[str, Any]:
    """Check envelope and manifest; what `bundle.json` says."""
    check_envelope(files, key)
    check_manifest(files)
    names = ("edition", "period", "stage", "lang", "revises")
    said = of_format(files, "bundle.json", "parcore-bundle-1", *names)
    sealed = dict(zip(names, said, strict=True))
    must(
        re.fullmatch(r"\d{4}(-Q[1-4]|-0[1-9]|-1[0-2])?", str(sealed["period"])) is not None,
        "bundle.json",
        "period",
    )
    must(sealed["stage"] in STAGES and sealed["lang"] in ("vi", "en"), "bundle.json", "stage or language")
    return sealed


def check_units(files: Files) -> None:
    """The days of units are days."""
    units, _ = of_format(files, "units.json", "parcore-units-1", "units", "regions")
    for unit in units:
        for day in (unit["since"], unit["until"]):
            must(day is None or date.fromisoformat(day).isoformat() == day, "units.json", unit["id"])


def verify(files: Files, key: bytes | None, earlier: Files | None = None) -> None:
    """Verify a bundle; `key` None takes one that nobody signed, and no other.

    Raises:
        Refused: anything in it is not what it should be.
    """
    sealed = sealed_files(files, key)
    fixed = {"attestation.json", "manifest.json", "bundle.json", "environment.json", "edition.yaml",
             "units.json", "evidence.json", "result.json"}  # fmt: skip
    must(fixed <= set(files), "bundle", f"without {', '.join(sorted(fixed - set(files)))}")
    for path in set(files) - fixed - {"revision.json"}:
        must(
            DOCUMENT.fullmatch(path) is not None or path.startswith(("programs/", "traces/")),
            path,
            "no file of such a bundle",
        )
    try:
        check_units(files)
        check_result(files, sealed)
        check_revision(files, sealed, earlier, key)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as error:
        raise Refused("bundle", f"not of the specified shape ({type(error).__name__}: {error})") from error


def read(path: Path) -> Files:
    """The files of a bundle."""
    if path.is_dir():
        return read_folder(path)
    must(path.stat().st_size <= MAX_ALL, str(path), "too large")
    return unzipped(path.read_bytes(), str(path))


def main(words: Sequence[str] | None = None) -> int:
    """Run from the command line; gives the exit status."""
    parser = argparse.ArgumentParser(description="Verify a sealed result.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--earlier", type=Path)
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--key", type=Path)
    whose.add_argument("--unsigned", action="store_true")
    asked = parser.parse_args(words)
    sys.set_int_max_str_digits(20_000)  # sums of many ratios have long denominators
    try:
        key = None if asked.key is None else public_key(asked.key.read_text("ascii"))
        earlier = None if asked.earlier is None else read(asked.earlier)
        verify(read(asked.bundle), key, earlier)
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"could not run: {error}", file=sys.stderr)
        return 2
    print("the bundle holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
