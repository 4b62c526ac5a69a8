"""A program of its own that explains images on the cluster of RAY_ADDRESS: to be killed midway."""

import sys
from pathlib import Path

import xwidget as xw
from tests.batch.executors.nets import classifier, picture

if __name__ == "__main__":
    net, store, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    images = {f"photo {k}": picture(k) for k in range(count)}
    stream = xw.explain_many(
        classifier(net, 0.05), images, iterations=2, out=store, executor="ray", workers=1
    )
    for result in stream:
        print(result.name, flush=True)  # noqa: T201 the test reads it
