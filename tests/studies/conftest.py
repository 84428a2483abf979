"""A Dask cluster on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import LocalCluster


def a_cluster(workers: int) -> LocalCluster:
    """Return a cluster of workers that are processes of their own; each that dies is started again."""
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1"
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers."""
    with a_cluster(2) as cluster:
        yield cluster


@pytest.fixture
def empty_cluster() -> Iterator[LocalCluster]:
    """A scheduler that nobody works for."""
    with a_cluster(0) as cluster:
        yield cluster
