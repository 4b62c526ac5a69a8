"""The findings of all images of a Gallery, as files bring them."""

from __future__ import annotations

import builtins
import logging
import os
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import BinaryIO

from xwidget.findings import formats
from xwidget.findings.finding import Finding
from xwidget.findings.formats import Picture
from xwidget.findings.keeping import Store
from xwidget.findings.spot import Spot
from xwidget.findings.store.loading import load, load_all
from xwidget.gallery.counting import Counting
from xwidget.gallery.item import Item, spot_of
from xwidget.support.png import to_png


class GalleryFindings:
    """The findings of all images of a Gallery, as ``g.findings``.

    Those of one image are ``g.inspector.findings`` once it is open.

    Parameters
    ----------
    items
        The images.
    counting
        Where findings are kept, and counted.

    Examples
    --------
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> g = xw.Gallery(clf, [xw.sample("coffee")], findings=False)
    >>> g.open(0)
    >>> cup = g.inspector.findings.add((40, 50, 150, 150), "core", label="cup")
    >>> data = g.inspector.findings.export().data
    >>> g.close()
    >>> other = xw.Gallery(clf, [xw.sample("chelsea"), xw.sample("coffee")], findings=False)
    >>> [found.label for found in other.findings.load(data)]
    ['cup']
    >>> other.findings
    <Findings of 2 images: 1, for this session only>
    >>> other.close()
    """

    def __init__(self, items: Sequence[Item], counting: Counting) -> None:
        self._items = items
        self._counting = counting

    def list(self) -> list[Finding]:
        """Return those of all images, the oldest first; an image that was not looked at yet is read
        for it.
        """
        spots = self._spots()
        found = self._counting.keeper.store.list()
        return [each for each in found if _within(spots, each)]

    def load(
        self, source: str | os.PathLike[str] | bytes | BinaryIO, *, skip: bool = False
    ) -> builtins.list[Finding]:
        """Keep the findings of a file, each with its image; the panel and the thumbnails show them.

        The whole file is read before the first is kept, so that a file in which something is wrong
        changes nothing. Of a finding that is known, the version that was changed last counts. One
        that was deleted comes back, as a new version. Loading a file again keeps none twice. A
        review takes the place of an older one by the same person; one without an author is taken
        for yours.

        Parameters
        ----------
        source
            A path, the bytes of a file, or a binary file that is open, of any format that
            ``Inspector.findings.load`` reads.
        skip
            Whether to leave out what cannot be taken, such as findings of images that are not in
            the Gallery, instead of raising.

        Returns
        -------
        list of Finding
            As they are kept.

        Raises
        ------
        ValueError
            If it is no such file, or something in it is of no image here; nothing is kept then.
        OSError, RuntimeError
            If the file cannot be read, or a finding cannot be kept.
        """
        if not isinstance(source, (str, bytes, os.PathLike)) and callable(source.read):
            source = source.read()
        named = formats.opened(source)
        seen = [each.seen for each in named.findings]
        whole = len(named.findings) == len(named.rows) and all(each.digest for each in seen)
        # Of many images only those are read that the file speaks of, where it says which.
        spoken = {each.digest for each in seen} | {each.image for each in seen}
        read = formats.opened(source, self._pictures(spoken if whole else None))
        keeper = self._counting.keeper
        store = keeper.writable if read.accepted(skip=skip) else keeper.store

        def loaded(finding: Finding) -> Finding:  # what it says, its author said
            put = partial(store.put, by=finding.author.strip() or None)
            return load(store.get, put, store.record_effect, finding)

        kept = load_all(read, loaded, store.reviews, store.review, author=keeper.author, skip=skip)
        self._save_inputs(store, {each.seen.digest for each in kept})
        self._tell(kept)
        self._counting.look()  # own reviews of them count, too
        return kept

    def __len__(self) -> int:
        return len(self.list())

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.list())

    def __repr__(self) -> str:
        name = self._counting.keeper.name
        where = f"in {name}" if name else "for this session only"
        return f"<Findings of {len(self._items)} images: {len(self)}, {where}>"

    def _tell(self, findings: Sequence[Finding]) -> None:
        """Tell thumbnails and open images of them, which would else look only after a while."""
        self._counting.note(findings)
        opened = [item.inspector for item in self._items]
        for shown in [inspector.findings for inspector in opened if inspector is not None]:
            here = shown.among(findings)
            for each in here:
                shown.tell(each, "python")
            shown.tell_reviews(here, "python")

    def _save_inputs(self, store: Store, digests: set[str]) -> None:
        """Keep the network's inputs of images, on which their findings are drawn."""
        for item in self._items:
            digest, preprocessing = item.spot.digest, item.common.clf.preprocess.description
            if digest and (digest not in digests or store.input(digest, preprocessing)):
                continue
            subject = item.read()
            if subject is None or subject.digest not in digests:
                continue
            known, picture = subject.known_geometry, to_png(subject.picture)
            geometry = None if known is None else known.describe()
            try:
                store.save_input(subject.digest, preprocessing, picture, geometry)
            except ValueError as error:  # too large: the findings are kept all the same
                logging.getLogger("xwidget").warning("without the network's input: %s", error)

    def _spots(self) -> dict[str, builtins.list[Spot]]:
        """Return the images by digest, with what the net sees of them."""
        found: dict[str, builtins.list[Spot]] = {}
        for item in self._items:
            spot = item.spot
            if not spot.digest and (subject := item.read()) is not None:
                spot = spot_of(subject)
            found.setdefault(spot.digest, []).append(spot)
        return found

    def _pictures(self, spoken: Container[str] | None = None) -> builtins.list[Picture]:
        """Return the images, or those alone of which a digest or name is spoken."""
        found = []
        for item in self._items:
            told = [item.spot.digest, item.name, item.file]
            if spoken is not None and item.spot.digest and not any(each in spoken for each in told):
                continue
            subject = item.read()
            if subject is None:
                continue
            if spoken is None or any(each in spoken for each in [subject.digest, *told]):
                found.append(replace(Picture.of(subject.origin), file=item.file))
        return found


def _within(spots: dict[str, list[Spot]], finding: Finding) -> bool:
    spot = Spot.of_finding(finding)
    return any(spot.fits(each) for each in spots.get(spot.digest, ()))
