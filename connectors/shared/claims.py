"""Who bears a name that several may claim: the one whose key sorts first, whoever came first."""

from __future__ import annotations

from collections.abc import Iterator


class Claims:
    """Names and those who claim them; nearly every name is claimed once."""

    def __init__(self) -> None:
        """Begin with no claim."""
        self._holders: dict[str, str] = {}
        self._rivals: dict[str, set[str]] = {}

    def holder(self, name: str) -> str | None:
        """Return who bears a name, None where nobody claims it."""
        return self._holders.get(name)

    def add(self, name: str, key: str) -> str | None:
        """Add a claim; return who bore the name and has just lost it to `key`, if anybody."""
        holder = self._holders.setdefault(name, key)
        if holder == key:
            return None
        self._rivals.setdefault(name, {holder}).add(key)
        self._holders[name] = min(holder, key)
        return holder if key < holder else None

    def remove(self, name: str, key: str) -> str | None:
        """Take a claim back; return who bears the name now and did not before, if anybody."""
        rivals = self._rivals.get(name)
        if rivals is None:
            if self._holders.get(name) == key:
                del self._holders[name]
            return None
        rivals.discard(key)
        before = self._holders[name]
        heir = self._holders[name] = min(rivals)
        if len(rivals) == 1:
            del self._rivals[name]
        return heir if heir != before else None

    def losers(self) -> Iterator[tuple[str, str]]:
        """Yield each name that several claim with everyone who does not bear it, in order."""
        for name in sorted(self._rivals):
            for key in sorted(self._rivals[name]):
                if key != self._holders[name]:
                    yield name, key
