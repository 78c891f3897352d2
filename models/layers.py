"""A mapping that is cheap to change without disturbing whoever reads it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

_THICK = 4096
"""Changes that are laid over before all are put into one dict: copying 200,000 entries takes
5 ms, copying this many a tenth of one."""


class Layers(Mapping[K, V]):
    """A dict and the few changes since, both never changed again: each change makes another.

    In `_over` None stands for an entry that is gone; no value is None.
    """

    __slots__ = ("_base", "_over")

    def __init__(self, base: dict[K, V], over: dict[K, V | None] | None = None) -> None:
        self._base = base
        self._over: dict[K, V | None] = over if over is not None else {}

    def changed(self, changes: Mapping[K, V | None]) -> Layers[K, V]:
        """Another one with these entries new, replaced or, where None, gone."""
        if not changes:
            return self
        over = {**self._over, **changes}
        if len(over) <= _THICK:
            return Layers(self._base, over)
        base = dict(self._base)
        for key, value in over.items():
            if value is None:
                base.pop(key, None)
            else:
                base[key] = value
        return Layers(base)

    def __getitem__(self, key: K) -> V:
        value = self._over[key] if key in self._over else self._base[key]
        if value is None:
            raise KeyError(key)
        return value

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V) -> V: ...
    @overload
    def get(self, key: K, /, default: T) -> V | T: ...
    def get(self, key: K, /, default: object = None) -> object:
        """The entry's value, or `default`: without the exception that a Mapping's own takes."""
        if self._over and key in self._over:
            value = self._over[key]
            return default if value is None else value
        return self._base.get(key, default)

    def __contains__(self, key: object) -> bool:
        if self._over and key in self._over:
            return self._over[key] is not None
        return key in self._base

    def __iter__(self) -> Iterator[K]:
        over = self._over
        if not over:
            yield from self._base
            return
        yield from (key for key in self._base if key not in over)
        yield from (key for key, value in over.items() if value is not None)

    def __len__(self) -> int:
        known = sum(1 for key in self._over if key in self._base)
        gone = sum(1 for value in self._over.values() if value is None)
        return len(self._base) - known + len(self._over) - gone
