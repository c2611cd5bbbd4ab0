"""What OpenLineage is told of our assets, where its provider is installed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from airflow.sdk import Asset


def to_openlineage(asset: Asset, lineage_context: Any) -> Any:
    """The data set of an asset: `headcount://events` is `events` of `headcount`."""
    from airflow.providers.common.compat.openlineage.facet import Dataset

    return Dataset(namespace="headcount", name=urlsplit(asset.uri).netloc)
