"""The room stands apart: hypothesis is needed here alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import parcore

ROOT = Path(parcore.__file__).parent


def imported(path: Path) -> set[str]:
    """The modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(each.name for each in node.names)
    return found


def test_no_other_room_imports_this_one_or_hypothesis() -> None:
    """Outside `parcore/testing` nothing imports it, nor hypothesis: the engine is installed without."""
    outside = [path for path in ROOT.rglob("*.py") if path.parent.name != "testing"]
    assert len(outside) > 50
    for path in outside:
        names = imported(path)
        assert not [each for each in names if each.startswith(("hypothesis", "parcore.testing"))], path


def test_the_engine_runs_without_the_extra() -> None:
    """Loading the engine and its command line loads no hypothesis."""
    code = "import parcore, parcore.cli, sys; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_example_of_the_page_runs(tmp_path: Path) -> None:
    """The lines with which the page tries an edition are a test that passes as they stand."""
    page = (ROOT.parent / "docs" / "testing.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    fewer = (
        "from hypothesis import settings\nsettings.register_profile('few', max_examples=3, deadline=None)\n"
    )
    text = f"{fewer}settings.load_profile('few')\n{code}\ntest_the_laws_hold()\n"
    (tmp_path / "page.py").write_text(text, "utf-8")
    done = subprocess.run([sys.executable, "page.py"], cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
