"""The ad platforms: reading their exports, and what carries decisions out on them."""

from lib.platforms.captions import fingerprint
from lib.platforms.google import is_video_type
from lib.platforms.reading import READERS, read_export
from lib.platforms.shapes import (
    ColumnField,
    ColumnMapping,
    DateOrder,
    DecimalMark,
    ExportCampaign,
    ExportDay,
    ExportFile,
    ExportRefused,
    FileTotal,
    Grain,
    LeftOut,
    MappingNeeded,
)

__all__ = [
    "READERS",
    "ColumnField",
    "ColumnMapping",
    "DateOrder",
    "DecimalMark",
    "ExportCampaign",
    "ExportDay",
    "ExportFile",
    "ExportRefused",
    "FileTotal",
    "Grain",
    "LeftOut",
    "MappingNeeded",
    "fingerprint",
    "is_video_type",
    "read_export",
]
