"""`python -m benchmarks.engines`: the same work by every engine that is installed, measured side by side."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from platform import machine, python_version
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from benchmarks.engines.measure import Options, Session, session
from benchmarks.engines.registry import ENGINES
from benchmarks.engines.report import as_json, markdown, show
from benchmarks.engines.targets import targets
from benchmarks.engines.work import Style

BEGIN, END = "<!-- measured -->\n", "<!-- end of what was measured -->\n"


@click.command()
@click.option("--units", default="63,3321,100000,1000000", show_default=True, help="Numbers of units.")
@click.option("--engines", default="all", show_default=True, help=f"Of {', '.join(ENGINES)}.")
@click.option("--style", type=click.Choice([*(each.value for each in Style), "both"]), default="both")
@click.option("--times", type=int, help="Turns of each engine; by default fewer, the more units.")
@click.option("--limit", default=8.0, show_default=True, help="Seconds for the work once, by an engine.")
@click.option("--budget", default=6.0, show_default=True, help="Seconds for all turns of an engine.")
@click.option("--memory/--no-memory", default=True, help="Measure memory, each in a process of its own.")
@click.option("--json", "to_json", type=click.Path(path_type=Path), help="Write every figure here.")
@click.option("--markdown", "to_page", type=click.Path(path_type=Path), help="Put the tables into this page.")
def main(  # noqa: PLR0913, PLR0917
    units: str,
    engines: str,
    style: str,
    times: int | None,
    limit: float,
    budget: float,
    memory: bool,
    to_json: Path | None,
    to_page: Path | None,
) -> None:
    """Do one work by several engines in one run: time, memory, and what is not as the exact reading."""
    console = Console(width=200) if not Console().is_terminal else Console()
    names = list(ENGINES) if engines == "all" else engines.split(",")
    unknown = [name for name in names if name not in ENGINES]
    if unknown:
        raise click.BadParameter(f"{unknown[0]} is none of {', '.join(ENGINES)}")
    chosen = [ENGINES[name] for name in names]
    versions = {each.name: each.version() for each in chosen}
    listed = ", ".join(f"{ENGINES[name].title} {version}" for name, version in versions.items() if version)
    with_python = f"Python {python_version()}, {machine()}; {listed}"
    console.print(with_python)
    sessions: list[Session] = []
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory()) if memory else None
        status = stack.enter_context(console.status("")) if console.is_terminal else None
        for size in map(int, units.split(",")):
            for each in Style if style == "both" else [Style(style)]:
                options = Options(
                    engines=chosen,
                    times=times,
                    limit=limit,
                    budget=budget,
                    folder=Path(folder) / str(size) if folder else None,
                    say=status.update if status else lambda _: None,
                )
                sessions.append(session(size, each, options))
                show(console, sessions[-1])
    told = targets(sessions)
    console.print(told)
    if to_json:
        to_json.write_text(as_json(sessions, versions), "utf-8")
    if to_page:
        _put(to_page, f"{with_python}.\n\n{told}\n\n{markdown(sessions)}")


def _put(page: Path, text: str) -> None:
    """Put a text between the two marks of a page, or at its end where it has none."""
    old = page.read_text("utf-8") if page.exists() else ""
    before, mark, rest = old.partition(BEGIN)
    after = rest.partition(END)[2] if mark else ""
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
