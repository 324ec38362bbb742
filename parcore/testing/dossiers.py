"""Dossiers of one invented province, drawn from a seed: synthetic evidence for `one-stop`, of nobody real.

`python -m parcore.testing.dossiers --seed 7 --number 10000 --out FOLDER` writes the units, one table of
dossiers, and two documents over it: by agency and by official. Whole numbers only; one seed, the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from random import Random
from typing import Final

import click
from attrs import frozen

PERIOD: Final = 2025
TABLE: Final = "synthetic-dossiers.csv"
LEVELS: Final = (("province", "department", 20), ("district", "district", 10), ("commune", "commune", 12))
"""Unit group, what stands in the id of its agencies, and how many there are."""

NAMES: Final = {"department": "Sở", "district": "Huyện", "commune": "Xã"}
COLUMNS: Final = (
    "unit", "official", "id", "channel", "outcome", "time_allowed", "time_taken", "bodies_sooner",
    "bodies_on_time", "bodies_later", "contacts", "contacts_by_applicant", "one_stop_contacted",
    "law_bodies_contacted", "other_bodies_contacted", "conduct_petition",
)  # fmt: skip
DAYS: Final = (1, 2, 3, 5, 5, 7, 10, 10, 15, 20, 30)
SOURCE: Final = (
    "source: {title: Số liệu tạo tự động / synthetic data (parcore.testing.dossiers), basis: illustrative}\n"
)


@frozen
class Agency:
    """An invented agency and how it works; rates are per thousand dossiers."""

    id: str
    group: str
    name: str
    officials: tuple[str, ...]
    share: int
    online: int
    late: int
    late_online: int
    petitioned: int


def agencies(rng: Random) -> list[Agency]:
    """The agencies of the province; some are punctual, some hardly online."""
    found: list[Agency] = []
    for group, word, count in LEVELS:
        for at in range(1, count + 1):
            id_ = f"synthetic-{word}-{at:02d}"
            late = rng.choice((0, 10, 20, 40, 80, 160))
            found.append(
                Agency(
                    id=id_,
                    group=group,
                    name=f"{NAMES[word]} giả định {at:02d}",
                    officials=tuple(f"{id_}-official-{n}" for n in range(1, rng.randrange(2, 6))),
                    share=rng.randrange(1, 8),
                    online=rng.choice((50, 120, 200, 290, 310, 450, 700)),
                    late=late,
                    late_online=rng.choice((0, 0, late // 4, late)),
                    petitioned=rng.choice((2, 8, 15, 40)),
                )
            )
    return found


def dossiers(rng: Random, known: Sequence[Agency], number: int) -> Iterator[list[str]]:
    """So many dossiers, a row of the table each; every agency has one before any has a second."""
    lots = [each for each in known for _ in range(each.share)]
    for at in range(number):
        agency = known[at] if at < len(known) else rng.choice(lots)
        channel = _channel(rng, agency)
        late = rng.randrange(1000) < (agency.late_online if channel == "online" else agency.late)
        outcome, allowed, taken = _times(rng, late=late)
        cells = [
            *(agency.id, rng.choice(agency.officials), f"SYN-{at + 1:05d}", channel, outcome, str(allowed)),
            _days(taken),
            *map(str, _bodies(rng, late=late, exact=taken == allowed * 100)),
            *_contacts(rng),
            _petition(rng, agency),
        ]
        yield _blanked(rng, cells)


def _channel(rng: Random, agency: Agency) -> str:
    if rng.randrange(1000) < agency.online:
        return "online"
    return "post" if rng.randrange(1000) < 50 else "counter"


def _times(rng: Random, *, late: bool) -> tuple[str, int, int]:
    """The outcome, the days allowed, and the time taken in hundredths of a day."""
    allowed = rng.choice(DAYS)
    whole = allowed * 100
    if late:
        outcome = "overdue" if rng.randrange(10) == 0 else "settled"
        return outcome, allowed, whole + 25 * rng.randrange(1, 4 * allowed + 1)
    if rng.randrange(1000) < 30:
        return "pending", allowed, 25 * rng.randrange(4 * allowed + 1)
    if rng.randrange(100) < 15:
        return "settled", allowed, whole
    return "settled", allowed, 25 * rng.randrange(1, 4 * allowed)


def _bodies(rng: Random, *, late: bool, exact: bool) -> tuple[int, int, int]:
    """How many bodies took part and were sooner, just in time, later."""
    count = rng.choice((1, 1, 1, 1, 2, 3))
    later = rng.randrange(1, count + 1) if late else int(rng.randrange(200) == 0)
    just = count - later if exact else rng.randrange(count - later + 1) // 2
    return count - later - just, just, later


def _contacts(rng: Random) -> list[str]:
    """Contacts, those by the applicant's fault, whether with the one-stop unit, and with which others."""
    contacts = rng.choice((0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3))
    law = int(rng.randrange(100) < 4)
    others = rng.choice((1, 1, 1, 2)) if rng.randrange(1000) < 30 else 0
    return [
        str(contacts),
        str(rng.randrange(contacts + 1)),
        "yes" if contacts else "no",
        str(law),
        str(others),
    ]


def _petition(rng: Random, agency: Agency) -> str:
    if rng.randrange(1000) >= agency.petitioned:
        return "none"
    return rng.choice(("standing", "standing", "unfounded"))


def _blanked(rng: Random, cells: list[str]) -> list[str]:
    """A few cells are left blank, as in real lists."""
    chance = rng.randrange(10_000)
    for name, limit in (("time_taken", 2), ("contacts", 30), ("law_bodies_contacted", 60)):
        if chance < limit:
            cells[COLUMNS.index(name)] = ""
            break
    return cells


def _days(hundredths: int) -> str:
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".") if part else str(whole)


def _figures(rng: Random) -> dict[str, str]:
    """What indicators 5, 6, 8 and 9 count of an agency beside its dossiers; now and then one is left out."""
    listed, required, eligible = (rng.randrange(20, 200) for _ in range(3))
    petitions = rng.choice((0, 0, 1, 3, 12, 20))
    figures = {
        "procedures_in_list": listed,
        "procedures_settled_at_one_stop": listed * rng.choice((5, 30, 60, 100)) // 100,
        "procedures_required": required,
        "procedures_received_at_one_stop": required - rng.choice((0, 0, 0, 1, 5)),
        "posting": rng.choice(("proper", "proper", "improper", "none")),
        "electronic_publication": rng.choice(("proper", "proper", "improper", "none")),
        "petitions_received": petitions,
        "petitions_on_time": petitions - min(petitions, rng.choice((0, 0, 1, 2))),
        "petitions_prolonged": rng.choice((0, 0, 0, 0, 1)),
        "procedures_eligible": eligible,
        "procedures_online": eligible * rng.choice((0, 10, 25, 60)) // 100,
    }
    if rng.randrange(12) == 0:
        del figures[rng.choice(sorted(figures))]
    return {name: str(value) for name, value in figures.items()}


def files(seed: int, number: int) -> dict[str, str]:
    """The files of a province by name, each with its text."""
    rng = Random(seed)
    known = agencies(rng)
    out = StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(dossiers(rng, known, number))
    figures = {agency.id: _figures(rng) for agency in known}
    return {
        "units.yaml": _units(known),
        "agencies.yaml": _document("one-stop", "unread: [official]", figures),
        "officials.yaml": _document("one-stop-officials", "unit: official, unread: [unit]", {}),
        TABLE: out.getvalue(),
    }


def _units(known: Sequence[Agency]) -> str:
    lines = [
        "units: synthetic-province",
        "title: Đơn vị giả định / synthetic units",
        SOURCE.rstrip(),
        "members:",
    ]
    valid = f"valid: {{from: {PERIOD}-01-01, until: {PERIOD}-12-31}}"
    for each in known:
        lines.append(f"  - {{id: {each.id}, kind: agency, group: {each.group}, name: {each.name}, {valid}}}")
        for at, official in enumerate(each.officials, 1):
            lines.append(f"  - {{id: {official}, kind: official, name: {each.name} cán bộ {at}, {valid}}}")
    return "\n".join(lines) + "\n"


def _document(methodology: str, option: str, figures: dict[str, dict[str, str]]) -> str:
    lines = [
        "# Synthetic: drawn from a seed, figures of nobody.",
        f"evidence: {methodology}",
        "title: {vi: Số liệu tạo tự động để thử nghiệm, en: Synthetic evidence for tests}",
        f'period: "{PERIOD}"',
        "stage: final",
        "numbers: plain",
        SOURCE.rstrip(),
        *(["units:"] if figures else []),
    ]
    for unit, stated in figures.items():
        lines += [f"  {unit}:", *(f"    {name}: {value}" for name, value in stated.items())]
    return "\n".join([*lines, "records:", f"  - {{kind: dossiers, file: {TABLE}, {option}}}"]) + "\n"


def write(folder: Path, seed: int, number: int) -> None:
    """Write the files of a province into a folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(seed, number).items():
        (folder / name).write_text(text, "utf-8", newline="\n")


@click.command()
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same bytes.")
@click.option("--number", type=click.IntRange(min=0), default=10_000, show_default=True, help="Dossiers.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write into.")
def main(seed: int, number: int, out: Path) -> None:
    """Write synthetic dossiers of an invented province: evidence for one-stop and one-stop-officials."""
    write(out, seed, number)
    click.echo(f"{out}: {number} synthetic dossiers. parcore score one-stop --path {out}")


if __name__ == "__main__":
    main()
