"""Identifiers and how they are normalised; nothing here knows what they stand for.

Names and texts are stored as received; only *keys* are normalised, and only here, so that two
inputs that spell one number differently meet (domain page, section 4). NFKC is used for keys and
never for names, because it rewrites U+FA19 and its like.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

StaffNumber = NewType("StaffNumber", str)
OrderNumber = NewType("OrderNumber", str)
OrgUnitCode = NewType("OrgUnitCode", str)
AffairCode = NewType("AffairCode", str)
EntitlementId = NewType("EntitlementId", str)
AccountId = NewType("AccountId", str)
CaseId = NewType("CaseId", str)
RunId = NewType("RunId", str)
PlanHash = NewType("PlanHash", str)

_DIGITS = re.compile(r"(\d+)")


def normalise_code(text: str) -> str:
    """Return a code as a key: full width becomes half width, outer and inner spaces go."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def normalise_staff_number(text: str, width: int) -> StaffNumber:
    """Return a staff number as a key, padded with zeros to `width` where it is all digits.

    Excel drops leading zeros, so `123` and `0000123` are one number (domain page, section 4).
    """
    key = normalise_code(text)
    return StaffNumber(key.zfill(width) if key.isdigit() else key)


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key under which `R9-9` comes before `R9-10`; used to net orders of one day."""
    parts = _DIGITS.split(normalise_code(text))
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts if p)


def shown_group(key: str) -> str:
    """Return a group's key as people read it, without the identity that AD's carry behind it."""
    return key.partition(";<")[0]


def normalise_group(text: str) -> str:
    """Return a group's DN or name as a key: directories compare both without regard to case."""
    if " " not in text:
        return text.strip().casefold()
    parts = (part.strip() for part in text.strip().split(","))
    return ",".join(re.sub(r"\s*=\s*", "=", part) for part in parts).casefold()
