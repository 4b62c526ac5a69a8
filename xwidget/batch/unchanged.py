"""The weights of nets whose explanations come into one store: the same from first to last."""

from __future__ import annotations

from collections.abc import Iterable

from xwidget.classifier import Classifier
from xwidget.engine.watch import WeightsChangedError
from xwidget.net.fingerprint import fingerprint
from xwidget.net.versions import versions


class Unchanged:
    """Sees whether nets still have the weights that they have now.

    Parameters
    ----------
    clfs
        The classifiers of these nets.
    """

    def __init__(self, clfs: Iterable[Classifier]) -> None:
        self._nets = [(clf, fingerprint(clf.net)) for clf in clfs]
        self._seen = [versions(clf.net) for clf, _ in self._nets]

    def check(self) -> None:
        """Raise WeightsChangedError where a net was written to; what is written through ``.data``
        is not seen.
        """
        for k, (clf, weights) in enumerate(self._nets):
            now = versions(clf.net)
            if now != self._seen[k] and fingerprint(clf.net) != weights:
                raise WeightsChangedError(
                    f"the weights of {clf.name} are other ones than when the stream began, and a "
                    "store is of one net; what was done before is kept. Wait for training to end, "
                    "or explain a copy: xw.Classifier(copy.deepcopy(net), ...)"
                )
            self._seen[k] = now
