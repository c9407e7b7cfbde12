"""What a configured statement must look like: one statement, with the parameters that it is given.

Values are always bound and never written into a statement. These rules catch slips of the person
who writes the configuration; that a statement which reads cannot write is held by the database
itself (`connectors.sql.line`).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.types import NullType

GROUP, ACCOUNT = "group", "account"
READS = ("SELECT", "WITH")
CHANGES = ("DELETE", "UPDATE", "INSERT", "MERGE", "WITH", "CALL", "EXEC", "EXECUTE", "SELECT")
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


def check_statement(given: str, verbs: Collection[str], needed: Collection[str]) -> str:
    """Return a statement without its closing semicolon; raises ValueError with what is wrong.

    It begins with one of `verbs` and uses exactly the parameters `needed` (`:name`). An empty one
    stands for a statement that is not configured.
    """
    statement = given.strip().removesuffix(";").rstrip()
    if not statement:
        return ""
    bare = _QUOTED.sub(" ", statement)
    if ";" in bare:
        raise ValueError("write exactly one statement")
    first = bare.split(maxsplit=1)[0].upper() if bare.strip() else ""
    if first not in verbs:
        raise ValueError(f"it must begin with one of {', '.join(verbs)}")
    used = set(_PARAMETER.findall(statement))
    if set(_PARAMETER.findall(bare)) != used:
        raise ValueError(r"a colon in a quoted text looks like a parameter: write \: for it")
    for name in sorted(set(needed) - used):
        raise ValueError(f"it must use the parameter :{name}")
    for name in sorted(used - set(needed)):
        raise ValueError(f"there is no parameter :{name}")
    return statement


def bound(statement: str) -> TextClause:
    """Return a statement that can be executed with its parameters.

    They are sent without a type, as texts: so the database compares them as it would a literal,
    and `role_id = :group` holds on a column of numbers too.
    """
    names = set(_PARAMETER.findall(statement))
    return text(statement).bindparams(*(bindparam(name, type_=NullType()) for name in names))
