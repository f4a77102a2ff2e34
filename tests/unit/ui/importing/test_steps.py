"""What the import page says of an import that ended in an error."""

from types import SimpleNamespace
from typing import Any

import pytest

from lib.db.engine import DatabaseUnreachable
from lib.ui.importing import steps


def ended(monkeypatch: pytest.MonkeyPatch, error: Exception) -> steps.Job:
    """Return an import that ended in `error`."""

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("lib.services.importing.imports.import_file", fail)
    job, seen = steps.Job(), SimpleNamespace(file_name="f.csv", artist="The Herons")
    nothing: Any = None
    with pytest.raises(type(error)):
        steps._run(nothing, nothing, seen, nothing, job, None, False, False)  # type: ignore[arg-type]
    assert job.done.is_set()
    return job


def test_an_error_before_the_switch_has_written_nothing_and_says_so(monkeypatch):
    job = ended(monkeypatch, ValueError("secret"))
    assert job.refusal == "The import failed and nothing was written. Try again."
    assert not job.is_open


def test_where_the_database_gave_no_answer_nobody_says_that_nothing_was_written(monkeypatch):
    job = ended(monkeypatch, DatabaseUnreachable("nothing was changed"))
    assert job.is_open
    assert "nothing was" not in job.refusal.lower()
    assert "Import the file again" in job.refusal
