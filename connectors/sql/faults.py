"""What a database refused, in our own words: its own quote rows, and rows hold people's names.

What is passed on of a database's answer is the code of the error: SQLSTATE (ISO/IEC 9075; the
list is in appendix A of PostgreSQL's manual) or SQLite's name of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from connectors.shared.bilingual import both
from syncd.bilingual import Bilingual, english, japanese

_STATEMENT = both(
    "設定の文を、その表と列に合わせて直してください",
    "mend the configured statement so that it fits the tables and columns",
)
_RIGHTS = both(
    "データベースの利用者に、その表の権限を与えてください",
    "grant the database's user what the statement needs",
)
_AGAIN = both("サーバを確かめて、もう一度実行してください", "check the server and run again")
_REACH = both(
    "url と、サーバが動いていること、ここからつながることを確かめてください",
    "check url, that the server runs, and that this host may connect to it",
)
_READS_ONLY = both(
    "読むための文が書こうとしました。SELECT だけにしてください",
    "a statement that should read tried to write: let it only select",
)
_TIMEOUT = both(
    "statement_timeout_s を上げるか、索引を足してください",
    "raise statement_timeout_s or add an index",
)
_HIDDEN = both(
    "行単位の制限が行を隠します。読む利用者に BYPASSRLS を与えてください",
    "row security hides rows from the user that reads: give it BYPASSRLS",
)
_PASSWORD = both("利用者名とパスワードを確かめてください", "check the user and the password")
_CERTIFICATE = both("ca_file と証明書を確かめてください", "check ca_file and the certificate")
_DAMAGED = both("ファイルが壊れています。直してください", "the file is damaged: restore it")
_ENCODING = both(
    "その値の文字コードを、データベースの文字コードに合わせて直してください",
    "mend the value so that it is in the encoding of the database",
)
_DRIVER = both("そのドライバーを入れてください", "install the driver that the URL names")
SET_UP = both("設定の名指すものを確かめてください", "check what the configuration names")
"""What to do about a SetUpError, whose own words say what is missing."""
_REMEDIES = (
    ("42501", _RIGHTS),
    ("42", _STATEMENT),
    ("25006", _READS_ONLY),
    ("57014", _TIMEOUT),
    ("28", _PASSWORD),
    ("SQLITE_INTERRUPT", _TIMEOUT),
    ("SQLITE_READONLY", _READS_ONLY),
    ("SQLITE_ERROR", _STATEMENT),
    ("SQLITE_CANTOPEN", _REACH),
    ("SQLITE_CORRUPT", _DAMAGED),
    ("SQLITE_NOTADB", _DAMAGED),
)
_RETRIED = ("40001", "40P01")
_SAID = (
    ("row-level security", _HIDDEN),
    ("authentication failed", _PASSWORD),
    ("no password supplied", _PASSWORD),
    ("certificate", _CERTIFICATE),
    ("ssl", _CERTIFICATE),
)


def joined(between: str, *parts: str) -> Bilingual:
    """Return sentences one after the other, each language by itself."""
    return both(between.join(map(japanese, parts)), between.join(map(english, parts)))


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong and what to do; nothing of it was written by the other side."""

    why: str
    remedy: str


def code_of(error: SQLAlchemyError) -> str:
    """Return the code of an error of the database; empty where it gave none."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return str(code) if code else ""


def is_conflict(error: SQLAlchemyError) -> bool:
    """Tell whether somebody else changed the same rows meanwhile: then it is tried again."""
    return code_of(error) in _RETRIED


def is_cut(error: SQLAlchemyError) -> bool:
    """Tell whether the connection is gone: then nothing can be said of what was done."""
    return not isinstance(error, DBAPIError) or error.connection_invalidated


def fault_of(error: SQLAlchemyError | ImportError | UnicodeError) -> Fault:
    """Return an error of the database in our words."""
    if isinstance(error, UnicodeError):
        return Fault(both("文字コードが違います", "a text in another encoding"), _ENCODING)
    if isinstance(error, ImportError | NoSuchModuleError):
        return Fault(both("ドライバーがありません", "the driver is not installed"), _DRIVER)
    code = code_of(error)
    said = str(getattr(error, "orig", None) or "").lower()
    remedy = next((r for words, r in _SAID if words in said), None) or next(
        (r for start, r in _REMEDIES if code.startswith(start)), _AGAIN if code else _REACH
    )
    if is_cut(error) or not code:
        kind = type(error).__name__
        return Fault(
            both("データベースと話せません", f"cannot talk to the database ({kind})"), remedy
        )
    return Fault(
        both(f"データベースが拒みました（{code}）", f"the database refused ({code})"), remedy
    )
