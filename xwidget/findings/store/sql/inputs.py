"""The images that a network saw, by the digest of the image and the preprocessing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from xwidget.findings.store.sql import counter
from xwidget.findings.store.sql.tables import images, inputs
from xwidget.findings.store.sql.transactions import Transactions


class Inputs:
    """The images of a database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def save(
        self,
        digest: str,
        preprocessing: str,
        png: bytes,
        geometry: Mapping[str, Any] | None,
        name: str,
        size: tuple[int, int] | None,
    ) -> None:
        """Keep an image, unless there is one."""
        key = _key(preprocessing)
        there = select(inputs.c.digest).where(
            inputs.c.digest == digest, inputs.c.preprocessing_key == key
        )
        if self._transactions.read(lambda c: c.execute(there).first()) is not None:
            return
        height, width = size or (None, None)
        described = None if geometry is None else json.dumps(dict(geometry), allow_nan=False)

        def work(connection: Connection) -> None:
            counter.locked(connection)
            image = connection.execute(select(images.c.digest).where(images.c.digest == digest))
            if image.first() is None:
                values = {"digest": digest, "name": name, "height": height, "width": width}
                connection.execute(insert(images).values(values))
            if connection.execute(there).first() is None:
                connection.execute(
                    insert(inputs).values(
                        digest=digest,
                        preprocessing_key=key,
                        preprocessing=preprocessing,
                        picture=png,
                        geometry=described,
                    )
                )

        self._transactions.write(work)

    def find(
        self, digest: str, preprocessing: str | None
    ) -> tuple[bytes, Mapping[str, Any] | None] | None:
        """Return an image and its geometry; None if there is none."""
        query = select(inputs.c.picture, inputs.c.geometry).where(inputs.c.digest == digest)
        if preprocessing is not None:
            query = query.where(inputs.c.preprocessing_key == _key(preprocessing))
        query = query.order_by(inputs.c.preprocessing_key)
        row = self._transactions.read(lambda c: c.execute(query).first())
        if row is None:
            return None
        return bytes(row.picture), None if row.geometry is None else json.loads(row.geometry)


def _key(preprocessing: str) -> str:
    return hashlib.sha256(preprocessing.encode("utf-8", "replace")).hexdigest()
