"""Who bears a name that several may claim: the one whose key sorts first, whoever came first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Claims:
    """Names and those who claim them; nearly every name is claimed once."""

    def __init__(self) -> None:
        """Begin with no claim."""
        self._holders: dict[str, str] = {}
        self._rivals: dict[str, set[str]] = {}

    def copy(self) -> Claims:
        """Return claims that stay as these are now."""
        twin = Claims()
        twin._holders = self._holders.copy()
        twin._rivals = {name: set(keys) for name, keys in self._rivals.items()}
        return twin

    def holder(self, name: str) -> str | None:
        """Return who bears a name, None where nobody claims it."""
        return self._holders.get(name)

    def is_first(self, name: str, key: str) -> bool:
        """Claim a name that nobody claims; False, and nothing is done, where somebody does."""
        return self._holders.setdefault(name, key) is key

    def add_all(self, names: Iterable[str], key: str) -> None:
        """Add claims to several names."""
        for name in names:
            self.add(name, key)

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
