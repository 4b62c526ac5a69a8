"""A store of findings: nothing in it is written over, and what it has taken is on the disk."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from xwidget.findings.finding import Effect, Finding
from xwidget.findings.keeping import Kept, Listed
from xwidget.findings.store import accepted
from xwidget.findings.store.editing import edit
from xwidget.findings.store.errors import MissingExtra
from xwidget.findings.store.exchanged import Exchanged
from xwidget.findings.store.filter import Filter
from xwidget.findings.store.places import Place, place_of
from xwidget.findings.store.reviewed import Reviewed
from xwidget.findings.store.summed import Summed
from xwidget.findings.store.worded import Worded
from xwidget.support import texts

if TYPE_CHECKING:
    from xwidget.findings.store.sql.database import Database

_importing = threading.Lock()


class FindingStore(Reviewed, Worded, Summed, Exchanged):
    """Findings that are kept in a file, or on a PostgreSQL server that several people use.

    Each change of a finding is a version of its own, and none is ever written over: a change that
    was made from an older version than the newest is not taken, and both stay. Several programs may
    use a store at the same time, and several threads one object.

    Parameters
    ----------
    place
        The path of an SQLite file, which is made if there is none; ``postgresql://`` with user,
        password, host and database; or ``":memory:"``. Never a file on a network drive.
    author
        Name of who works with it; None for the login name.
    timeout
        Seconds for which a change waits while others write.
    blind
        Whether a panel withholds what others said of their findings, and the effect, until who
        looks has given a verdict, too. What Python reads is whole.

    Attributes
    ----------
    name
        Name of the file, or of the database and its host: without folder, user and password.
    location
        Path or URL, without the password.
    key
        32 hexadecimal digits, the same whenever the same place is opened.
    author
        Name of who works with it.
    blind
        As given.
    durable
        Whether what is kept outlives this process: False in memory.
    read_only
        True where the file cannot be written.

    Raises
    ------
    StoreError
        If it cannot be opened: the text says why and what to do.
    MissingExtra
        If SQLAlchemy, alembic or psycopg is not installed.
    ValueError, TypeError
        If the place is no path and no URL.

    Examples
    --------
    >>> from xwidget.findings.region import Box
    >>> store = FindingStore(":memory:", author="Ada")
    >>> found = store.add(Finding(Box(10, 20, 30, 40), (224, 224), "spurious", label="watermark"))
    >>> store.edit(found.id, reason="below it is the same crate").version
    2
    >>> [finding.label for finding in store.list(verdict="spurious")]
    ['watermark']
    """

    def __init__(
        self,
        place: str | os.PathLike[str],
        author: str | None = None,
        *,
        timeout: float = 5.0,
        blind: bool = True,
    ) -> None:
        self._place = place_of(place)
        if not timeout > 0:
            raise ValueError(f"timeout={timeout!r}; expected seconds above 0")
        self.author = accepted.name("author", accepted.login() if author is None else author)
        if not isinstance(blind, bool):
            raise TypeError(
                f"blind is {texts.shown(repr(blind), texts.NAME)}; expected True or False"
            )
        self.blind = blind
        self._database = _opened(self._place, timeout)

    @property
    def name(self) -> str:
        """Name of the file, or of the database and its host."""
        return self._place.name

    @property
    def location(self) -> str:
        """Path or URL, without the password."""
        return self._place.location

    @property
    def key(self) -> str:
        """32 hexadecimal digits, the same whenever the same place is opened."""
        return self._place.key

    @property
    def durable(self) -> bool:
        """True if what is kept outlives this process."""
        return self._database.durable

    @property
    def read_only(self) -> bool:
        """True where the file cannot be written."""
        return self._database.read_only

    def __repr__(self) -> str:
        return f"FindingStore({self.location!r}, author={self.author!r})"

    def __enter__(self) -> FindingStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file or server; all that was taken is kept."""
        self._database.close()

    def put(self, finding: Finding, base: int, act: str, *, by: str | None = None) -> Kept:
        """Keep a finding as a new version; on return it is on the disk.

        Parameters
        ----------
        finding
            Its version is the store's to give. Its author stays who marked it; where there is none,
            it is ``by``. Its effect is kept with a first version only, see :meth:`record_effect`.
        base
            The version that it was made from; 0 for a new finding. A base above 0 of a finding that
            the store does not have is taken, too.
        act
            A text of 1 to 100 characters, of this change only. If it comes again, nothing is kept,
            and the answer is that of the first time.
        by
            Name of who changes it; None for the store's author.

        Returns
        -------
        Kept
            The finding as it is kept. If another version came first, nothing was kept: ``clash`` is
            the newest version, which may be one that deletes the finding.

        Raises
        ------
        StoreError
            If nothing could be kept. The same ``act`` can be tried again.
        ValueError, TypeError
            If it can never be kept.
        """
        if not isinstance(finding, Finding):
            raise TypeError(f"finding is a {type(finding).__name__}; expected a Finding")
        if isinstance(base, bool) or not isinstance(base, int) or not 0 <= base < 2**31 - 1:
            raise ValueError(f"base is {base!r}; expected 0 for a new finding, or its version")
        who = self.author if by is None else accepted.name("by", by)
        return self._database.findings.put(finding, base, accepted.act(act), who)

    def add(self, finding: Finding) -> Finding:
        """Keep a new finding and return it as it is kept.

        Raises
        ------
        ValueError, StoreError
            As :meth:`put`; or if there is one with its id.
        """
        kept = self.put(finding, 0, str(uuid.uuid4()))
        if kept.clash is not None:
            raise ValueError(
                f"finding {finding.id} is in {self.name} already, as version {kept.clash.version}; "
                "edit() changes it"
            )
        return kept.finding

    def edit(self, finding: str | Finding, **changes: Any) -> Finding:
        """Change values of a finding, and return its new version.

        Parameters
        ----------
        finding
            An id, to change the newest version; or a finding, to change it only if it is the
            newest.
        **changes
            Attributes of a finding, such as ``verdict="core"``.

        Raises
        ------
        ChangedError
            If the finding that was given is not the newest version.
        KeyError
            If there is no finding with the id.
        ValueError, TypeError, StoreError
            As :meth:`put`.
        """
        return edit(self.get, self.put, finding, changes)

    def remove(self, finding: str | Finding) -> Finding:
        """Delete a finding and return the version that says so; the older ones stay.

        Raises
        ------
        ChangedError, KeyError, StoreError
            As :meth:`edit`.
        """
        return self.edit(finding, deleted=True)

    def get(self, id: str, version: int | None = None) -> Finding:
        """Return a finding as it is now, which may be deleted, or an older version of it.

        Raises
        ------
        KeyError
            If there is none.
        """
        if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
            raise TypeError(f"version is {version!r}; expected a whole number, or None")
        return self._database.findings.get(accepted.text("id", id), version)

    def history(self, id: str) -> tuple[Finding, ...]:
        """Return all versions of a finding, the oldest first; the times tell when each was made.

        Raises
        ------
        KeyError
            If there is none.
        """
        return self._database.findings.history(accepted.text("id", id))

    def list(
        self,
        digest: str | None = None,
        *,
        author: str | None = None,
        label: str | None = None,
        verdict: str | None = None,
        kind: str | None = None,
        model: str | None = None,
        target: int | None = None,
        deleted: bool | None = False,
    ) -> tuple[Finding, ...]:
        """Return the newest versions of findings, the oldest finding first.

        Parameters
        ----------
        digest, author, label, verdict, kind, model
            A value that they have, ``""`` if they shall have none; None for any.
        target
            Index of the class.
        deleted
            True for deleted ones only, None for all.

        Raises
        ------
        ValueError, TypeError
            If a value can be no finding's.
        """
        wanted = Filter(digest, author, label, verdict, kind, model, target, deleted)
        return self._database.findings.list(wanted)

    def listed(self) -> tuple[Listed, ...]:
        """Return of the findings that are not deleted what an overview of many needs, without
        reading their regions; in any order.
        """
        return self._database.findings.listed()

    def changes_since(self, seq: int) -> tuple[int, tuple[Finding, ...]]:
        """Return the number of the newest change, and what changed after an earlier number.

        Parameters
        ----------
        seq
            A number that this method returned; 0 for all that there is, -1 for the number alone.

        Returns
        -------
        int
            For the next call.
        tuple of Finding
            The newest versions, deleted ones too, of the findings that were added, changed,
            measured or reviewed.
        """
        return self._database.findings.changes_since(seq)

    def record_effect(self, id: str, version: int, effect: Effect) -> None:
        """Keep what was measured of a version of a finding. This makes no version.

        The effect is shown for the later versions, too, as long as their region, network and class
        are the same.

        Raises
        ------
        KeyError
            If there is no such version.
        StoreError
            If nothing could be kept.
        """
        self._database.findings.record_effect(accepted.text("id", id), version, effect)

    def save_input(
        self,
        digest: str,
        preprocessing: str,
        png: bytes,
        geometry: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        size: tuple[int, int] | None = None,
    ) -> None:
        """Keep the network's input of an image, unless it is there.

        Parameters
        ----------
        digest
            Of the image, 64 hexadecimal digits, see :func:`xwidget.origin.digest`.
        preprocessing
            In words, as in what a finding was seen on.
        png
            The image, at most 64 MB.
        geometry
            The map from it to the image, as ``Geometry.describe`` gives it; None if unknown.
        name, size
            Name, height and width of the image.
        """
        accepted.picture(digest, png)
        shown = texts.shown(name, texts.NAME)
        self._database.inputs.save(
            digest, accepted.clean(preprocessing), png, geometry, shown, size
        )

    def input(
        self, digest: str, preprocessing: str | None = None
    ) -> tuple[bytes, Mapping[str, Any] | None] | None:
        """Return an image that :meth:`save_input` kept, as PNG, and its geometry; None if there is
        none. Without a preprocessing, that of any.
        """
        wanted = None if preprocessing is None else accepted.clean(preprocessing)
        return self._database.inputs.find(accepted.clean(digest), wanted)


def _opened(place: Place, timeout: float) -> Database:
    try:
        # Of two threads that import what fails, the second would be told something else.
        with _importing:
            from xwidget.findings.store.sql.database import Database
    except ModuleNotFoundError as error:
        library = {"sqlalchemy": "SQLAlchemy", "alembic": "alembic"}.get(error.name or "")
        if library is None:
            raise
        raise MissingExtra(library, "postgres" if place.server else "findings") from error
    return Database(place, timeout)
