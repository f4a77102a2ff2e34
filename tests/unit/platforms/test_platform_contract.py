"""What holds for every platform, so that a new one cannot forget it."""

import json
from collections.abc import Iterable
from itertools import pairwise

import pytest

from lib.domain.records import Platform
from lib.domain.status import Status
from lib.platforms import (
    READERS,
    ColumnMapping,
    ExportRefused,
    Grain,
    MappingNeeded,
    google_status,
    meta,
    read_export,
    spotify,
)
from lib.platforms.captions import normalised
from lib.platforms.layout import Head
from tests.unit.platforms.conftest import EXPORTS

FILES = sorted(path.name for path in EXPORTS.glob("*.csv"))
TABLES = {
    "meta": meta.STATUSES,
    "google campaign": google_status.STATES,
    "google serving": google_status.SERVING,
    "spotify": spotify.STATUSES,
}


def read_any(name):
    data = (EXPORTS / name).read_bytes()
    try:
        return read_export(data)
    except MappingNeeded:
        saved = (EXPORTS / name).with_suffix(".mapping.json").read_text("utf-8")
        return read_export(data, mapping=ColumnMapping.model_validate(json.loads(saved)))


def test_every_platform_has_one_reader_and_a_fixture():
    assert sorted(reader.platform for reader in READERS) == sorted(Platform)
    assert {read_any(name).platform for name in FILES} == set(Platform)


def test_a_header_of_nowhere_is_recognised_by_nobody():
    head = Head(("Wer", "Wann", "Was"), 1, (), (), "UTF-8", ",")
    assert [reader.recognise(head) for reader in READERS] == [None] * len(READERS)


@pytest.mark.parametrize("name", FILES)
def test_every_fixture_is_read_whole(name):
    export = read_any(name)
    assert export.unreadable_count == 0
    keys = {met.key for met in export.campaigns}
    assert len(keys) == len(export.campaigns)
    assert {day.campaign_key for day in export.days} <= keys
    assert len({(day.campaign_key, day.day) for day in export.days}) == len(export.days)
    assert sum(day.lines for day in export.days) == (
        export.rows_read if export.grain is Grain.DAY else 0
    )
    assert len(export.sha256) == 64
    if export.grain is Grain.PERIOD:
        assert export.days == ()
        assert [key for key, _ in export.period_spend] == [met.key for met in export.campaigns]


@pytest.mark.parametrize("name", FILES)
def test_the_same_bytes_always_read_the_same(name):
    assert read_any(name) == read_any(name)


@pytest.mark.parametrize("name", FILES)
def test_every_day_lies_within_the_files_range(name):
    export = read_any(name)
    for day in export.days:
        assert export.starts_on <= day.day <= export.ends_on


@pytest.mark.parametrize("name", FILES)
def test_no_fixture_passes_for_another_platforms(name):
    export = read_any(name)
    for other in set(Platform) - {export.platform}:
        with pytest.raises(ExportRefused):
            read_export((EXPORTS / name).read_bytes(), platform=other)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_an_export_never_says_serving_nor_what_only_this_desk_knows(table):
    ours = {
        Status.SERVING,
        Status.SUBSCRIPTION_PAUSED,
        Status.CONTENT_VALIDATION,
        Status.AWAITING_SMARTLINK,
    }
    assert not ours & set(table.values())
    assert all(word == normalised(word) and word for word in table)


def test_no_caption_means_two_fields_of_one_platform():
    for aliases in (meta.ALIASES, spotify.ALIASES):
        words = [word for many in aliases.values() for word in many]
        assert words == list(map(normalised, words))
        assert not _twice(words)


def _twice(words: Iterable[str]) -> list[str]:
    return [one for one, next_one in pairwise(sorted(words)) if one == next_one]
