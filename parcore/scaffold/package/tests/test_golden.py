"""Kết quả mẫu, tính tay rồi so với parcore. / Golden results, worked out by hand and compared with parcore.

Đổi quy tắc thì tính tay lại trước, rồi mới sửa ở đây. Khi kết quả đã công bố, các con số này không đổi nữa.
When rules change, work the points out by hand first. Once results are published, these stay as they are.

`pytest --parcore-methodology ${name}`: các quy luật chung. / The laws that every score keeps.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "${package}"


def parcore(*words: str) -> Any:
    """Kết quả một lệnh `parcore … --format json`. / What a command gives."""
    done = subprocess.run(
        [sys.executable, "-m", "parcore", *words, "--format", "json"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_check_finds_nothing() -> None:
    """`parcore check` không thấy lỗi nào. / `parcore check` finds nothing."""
    assert parcore("check", str(FOLDER))["findings"] == []


def test_points_are_those_worked_out_by_hand() -> None:
    """Điểm của ba đơn vị minh họa, tính tay. / The points of the three illustrative units, by hand.

    A   1.1 plan          đúng hạn / on time                                  1
        1.2 tasks         19/20 = 95 %, trên / over 90 %                      2
        1.3 initiatives   3 × 0.5 = 1.5, tối đa / at most 1                   1
        2.1 on-time       245/250 = 98 %, từ / from 80 %: 0.98 × 3            2.94
        2.2 satisfaction  nhập sẵn / as given                                 2.55
        index             9.49 / 10 = 94.9 %, từ / from 80: A

    B   1.1 plan          chậm / late                                         0.5
        1.2 tasks         27/30 = 90 %, không quá / not over 90 %             1
        1.3 initiatives   1 × 0.5                                             0.5
        2.1 on-time       340/400 = 85 %, từ / from 80 %: 0.85 × 3            2.55
        2.2 satisfaction  nhập sẵn / as given                                 2.4
        index             6.95 / 10 = 69.5 %, từ / from 60: B

    C   1.1 plan          đúng hạn / on time                                  1
        1.2 tasks         6/10 = 60 %, dưới / under 70 %                      0
        1.3 initiatives   không có / none                                     0
        2.1 on-time       không phát sinh / nothing arose: không tính / out   —
        2.2 satisfaction  nhập sẵn / as given                                 2.1
        index             3.1 / (10 − 3) = 44.285714… % ≈ 44.29 %: C
    """
    result = parcore("score", "${name}", "--period", "${year}", "--path", str(FOLDER))
    found = {}
    for unit in result["units"]:
        points = {each["id"]: each["points"] for each in unit["criteria"]}
        leaves = [points[id_] for id_ in ("plan", "tasks", "initiatives", "on-time", "satisfaction")]
        found[unit["unit"]] = (leaves, unit["points"], unit["attainable"], unit["rate"], unit["class"])
    assert found == {
        "${name}-a": (["1", "2", "1", "2.94", "2.55"], "9.49", "10", "94.9", "A"),
        "${name}-b": (["0.5", "1", "0.5", "2.55", "2.4"], "6.95", "10", "69.5", "B"),
        "${name}-c": (["1", "0", "0", None, "2.1"], "3.1", "7", "44.29", "C"),
    }
