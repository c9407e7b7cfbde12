"""Which text is a mail address that every mail server takes (RFC 5321, section 4.1.2).

ASCII only: addresses with other letters need SMTPUTF8 (RFC 6531) on every server of the way, and
are refused instead of being lost on it. A domain of other letters can be written as `xn--…`.
Quoted local parts and address literals are left out: nobody has one, and attackers like them.
"""

from __future__ import annotations

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MAILBOX = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_DOMAIN.pattern}")
_LONGEST = 254
_LONGEST_DOMAIN = 253


def is_address(text: str) -> bool:
    """Tell whether a text is a plain mail address."""
    return len(text) <= _LONGEST and _MAILBOX.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """Tell whether a text is a host's name in ASCII."""
    return len(text) <= _LONGEST_DOMAIN and _DOMAIN.fullmatch(text) is not None
