"""Clusters of explanations: looked at, kept, judged, exported."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xwidget.batch.clusters import fiftyone, virelay
from xwidget.batch.clusters.file import ClusterFile, Labels, read_file, write_file
from xwidget.batch.clusters.judging import judge
from xwidget.batch.clusters.plot import Row, plot
from xwidget.batch.clusters.summary import Cluster, short, summed
from xwidget.batch.clusters.vectors import Reals, chunks, small_masks
from xwidget.batch.store.store import ExplanationStore
from xwidget.classifier import Classifier
from xwidget.findings.finding import Finding
from xwidget.findings.region import Pixels, Size
from xwidget.findings.store.store import FindingStore
from xwidget.support import arguments

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HALF = 0.5  # of the largest excess


class Clusters:
    """Explanations of a store in clusters, from ``xw.cluster``.

    Parameters
    ----------
    store
        The store.
    file
        The clusters, as a file has them.

    Attributes
    ----------
    store
        The store.
    ids
        Ids of the N explanations that were clustered, in the order of the images given.
    labels
        (N,) int32: the number of the cluster of each; 0 is the largest.
    xy
        (N, 2) float32 in [0,1]: the place of each on the map.
    distance
        (N,) float32: the distance of each to the middle of its cluster; 1 is usual there. The
        largest are a cluster's outliers.
    k
        Number of clusters.
    score
        Mean silhouette in [-1,1], of the landmarks: 0 where clusters touch each other, 1 where they
        are far apart; None for one cluster.
    told
        How they were made, JSON-able: ``"by"``, ``"layout"``, ``"eigenvalues"``, ``"seed"``, ...
    """

    def __init__(self, store: ExplanationStore, file: ClusterFile) -> None:
        self.store = store
        self._file = file
        self.ids: list[str] = file.ids
        self.labels: Labels = file.labels
        self.xy: Reals = file.xy
        self.distance: Reals = file.distance
        self.told: dict[str, Any] = file.told
        self.k: int = file.told["k"]
        self.score: float | None = file.told["score"]

    @classmethod
    def load(cls, store: ExplanationStore | str | os.PathLike[str]) -> Clusters:
        """Return the clusters that :meth:`save` kept.

        Parameters
        ----------
        store
            The store, or its folder.

        Raises
        ------
        FileNotFoundError
            If it has none.
        ValueError
            If the file is damaged, or the store has no longer the rows.
        """
        if not isinstance(store, ExplanationStore):
            store = ExplanationStore(store)
        found = read_file(store.path)
        if found is None:
            raise FileNotFoundError(
                f"the store {str(store.path)!r} has no clusters; xw.cluster(store).save() keeps "
                "some"
            )
        gone = set(found.ids) - set(store.ids)
        if gone:
            raise ValueError(
                f"the clusters in {str(store.path)!r} are of other explanations: {len(gone)} of "
                f"{len(found.ids)} are not in the store, such as {min(gone)!r}; cluster it anew"
            )
        return cls(store, found)

    def save(self) -> Path:
        """Keep the clusters in the store's folder, in place of earlier ones; return the file.

        ``xw.Browser`` shows them, and :meth:`load` reads them.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        return write_file(self.store.path, self._file)

    def of(self, number: int) -> list[str]:
        """Return the ids of a cluster, the most typical first.

        Raises
        ------
        ValueError
            If there is no such cluster.
        """
        places = np.flatnonzero(self.labels == self._number(number))
        order = np.argsort(self.distance[places], kind="stable")
        return [self.ids[place] for place in places[order]]

    def mask(self, number: int) -> Reals:
        """Return the mean of a cluster's masks, over the colors and explanations, (32, 32) float32
        in [0,1].

        Raises
        ------
        ValueError
            If there is no such cluster.
        """
        return self._mean_mask(self.of(number))

    def region(self, number: int) -> Pixels:
        """Return where the evidence of a cluster lies and that of the others does not: the pixels
        of the net's input at which its mean mask, see :meth:`mask`, exceeds that of the others by
        half of the largest excess or more. Of a single cluster, the mean mask alone.

        Raises
        ------
        ValueError
            If there is no such cluster, or its masks show nothing beyond the others.
        """
        excess = self.mask(number)
        if self.k > 1:
            others = np.flatnonzero(self.labels != number)
            excess = excess - self._mean_mask([self.ids[place] for place in others])
        excess = _enlarged(excess, self._frame)
        if not excess.max() > 0:
            raise ValueError(
                f"the masks of cluster {number} show nothing that others do not; give a region"
            )
        return Pixels.of(excess >= _HALF * excess.max())

    def summary(self) -> list[Cluster]:
        """Return each cluster in figures, the largest first."""
        return summed(self.store, self.ids, self.labels, self.k)

    def plot(self, examples: int = 6) -> Figure:
        """Draw the map, and for each cluster its mean mask and the evidence of typical images.

        Parameters
        ----------
        examples
            Number of images of each cluster, 1 or more.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        """
        count = arguments.whole("examples", examples)
        rows = []
        for each in self.summary():
            ids = self.of(each.number)[:count]
            shown = self.store.values(ids, "thumbnail")
            name, share = each.classes[0]
            title = f"cluster {each.number}: {each.size:,}\n{short(name)} {share:.0%}"
            rows.append(Row(title, self.mask(each.number), shown))
        return plot(self.xy, self.labels, rows, count)

    def judge(
        self,
        number: int,
        verdict: str,
        reason: str,
        findings: FindingStore,
        *,
        label: str = "",
        kind: str = "",
        region: Any = None,
        clf: Classifier | None = None,
        measured: int = 16,
    ) -> list[Finding]:
        """Judge a whole cluster: what its images have in common, and whether the net should rely on
        it. Each explanation gets a finding, all with the same region, label, verdict and reason, so
        that a roll-up counts them as one thing on many photos.

        Judged again under the same label, the findings are changed, not added once more.

        Parameters
        ----------
        number
            The cluster.
        verdict
            ``"core"``, ``"spurious"`` or ``"unsure"``.
        reason
            In words; may be empty.
        findings
            Where they are kept.
        label
            What was found; by default "cluster" and its number, which is another thing in another
            clustering.
        kind
            What it is, such as ``"artifact"``.
        region
            In pixels of the net's input, as ``Findings.add`` takes it; by default :meth:`region`.
        clf
            The classifier that the store was made with, to measure the effect of the region; None
            measures nothing.
        measured
            Most images on which it is measured, drawn from the cluster, 1 or more. The input of
            these is kept beside the findings, for the report.

        Returns
        -------
        list of Finding
            As they are kept, the most typical image first.

        Raises
        ------
        ValueError, TypeError
            If there is no such cluster, an argument does not fit, the classifier is another one, or
            an image's file has changed.
        StoreError
            If a finding cannot be kept; those before it are, and the same call goes on with them.

        Examples
        --------
        >>> findings = xw.FindingStore("audit.sqlite")  # doctest: +SKIP
        >>> found = clusters.judge(
        ...     2, "spurious", "a watermark", findings, label="watermark", clf=clf
        ... )  # doctest: +SKIP
        >>> findings.rollup()  # doctest: +SKIP
        """
        number = self._number(number)
        if not isinstance(findings, FindingStore):
            raise TypeError(f"findings is a {type(findings).__name__}; expected an xw.FindingStore")
        return judge(
            self.store,
            self.of(number),
            self.region(number) if region is None else region,
            findings,
            clf=clf,
            measured=arguments.whole("measured", measured),
            verdict=verdict,
            reason=reason,
            label=label or f"cluster {number}",
            apart="" if label else self._file.digest,  # another clustering numbers others so
            kind=kind,
        )

    def to_virelay(self, folder: str | os.PathLike[str], clf: Classifier | None = None) -> Path:
        """Write a project for ViRelAy, which opens clusters of attributions in a browser.

        The folder holds ``project.yaml``, the pictures that the net saw and the masks of the
        explanations that were clustered, and the clusters and their map, as HDF5.

        Parameters
        ----------
        folder
            The folder, which is made; files of an earlier project in it are replaced once the new
            ones are whole.
        clf
            The classifier that the store was made with. It is needed where images were given by
            their path: their files are read anew.

        Returns
        -------
        Path
            ``project.yaml``, which ``virelay`` takes.

        Raises
        ------
        ValueError
            If an image's file has changed, or the classifier is another one, or missing.
        OSError
            If the files cannot be written.
        ModuleNotFoundError
            If h5py is not installed; the message names the extra that brings it.

        Notes
        -----
        ViRelAy shows a net's outputs for all classes. A store has the scores of the target and of
        the most likely class; all others are written as 0.
        """
        return virelay.write(Path(folder).expanduser().absolute(), self.store, self._file, clf)

    def to_fiftyone(self, dataset: Any, field: str = "evidence") -> dict[str, str]:
        """Add the masks and clusters to a dataset of FiftyOne.

        The sample of an image, found by its path and added where there is none, gets the mask as
        ``Heatmap`` in one field, on the image as it is in the file, and the number of the cluster
        as ``Classification`` in another, "evidence_cluster". Of an image with several targets, the
        fields of the second and later ones end in the target's index.

        Parameters
        ----------
        dataset
            A ``fiftyone.Dataset``.
        field
            Name of the first field; letters, digits and underscores.

        Returns
        -------
        dict
            Names of the images that could not be added, with the reason: they have no file, or it
            is not known which part of it the net saw.

        Raises
        ------
        ValueError
            If the field cannot have that name, or the store has no longer the rows.
        ModuleNotFoundError
            If FiftyOne is not installed.
        """
        return fiftyone.add(dataset, self.store, self._file, field)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        score = "" if self.score is None else f", silhouette {self.score:.2f}"
        sizes = ", ".join(f"{size:,}" for size in np.bincount(self.labels, minlength=self.k))
        count, by = len(self.ids), self.told["by"]
        return f"<Clusters of {count:,} explanations by {by}: {self.k} of {sizes}{score}>"

    def __str__(self) -> str:
        return "\n".join([repr(self), *map(str, self.summary())])

    def _mean_mask(self, ids: Sequence[str]) -> Reals:
        total = np.zeros((), np.float64)
        for part in chunks(ids):
            total = total + small_masks(self.store.values(part, "mask_small")).sum(0, np.float64)
        mean: Reals = (total / len(ids)).astype(np.float32)
        return mean

    @property
    def _frame(self) -> Size:
        height, width = (self.store.values(self.ids[:1], name)[0] for name in ("height", "width"))
        return height, width

    def _number(self, number: int) -> int:
        found = arguments.whole("the number of a cluster", number, 0)
        if found >= self.k:
            raise ValueError(f"there is no cluster {found}; there are {self.k}, from 0")
        return found


def _enlarged(mask: Reals, size: Size) -> Reals:
    """Return a mask at another size, with values between its own."""
    picture = Image.fromarray(mask).resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(picture, np.float32)
