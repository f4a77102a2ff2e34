"""What the tests of the platforms share: the invented exports, and a way to write more."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lib.platforms import ExportFile, read_export

EXPORTS = Path(__file__).resolve().parents[3] / "data" / "fixtures" / "exports"


@pytest.fixture
def fixture_bytes() -> Callable[[str], bytes]:
    return lambda name: (EXPORTS / name).read_bytes()


@pytest.fixture
def read() -> Callable[[str], ExportFile]:
    return lambda name: read_export((EXPORTS / name).read_bytes())
