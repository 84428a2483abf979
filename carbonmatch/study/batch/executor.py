"""Where the solves of a study run: in this process, in processes side by side, or on a Dask cluster.

All three take the next item when a place is free and give results as they end; a study cannot tell them apart.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from carbonmatch import __version__
from carbonmatch.errors import Fault, InputError

Item = TypeVar("Item")
Found = TypeVar("Found")

CONNECT_SECONDS: Final = 10
"""A cluster that has not answered by then is told as not there."""

LOST: Final = "The process that solved it ended without a word: it was killed, or the machine ran out of memory."


@dataclass(frozen=True)
class Lost(Generic[Item]):
    """An item whose process died whenever it was tried."""

    item: Item
    reason: str = LOST


@dataclass(frozen=True)
class Executor:
    """Where to work.

    jobs   processes side by side on this machine; its cores unless given
    dask   address of a Dask scheduler, such as tcp://10.0.0.5:8786; its workers are used instead
    """

    jobs: int | None = None
    dask: str | None = None

    def check(self) -> None:
        """Make sure that the cluster is there, before any work is done.

        Raises:
            InputError: it is not, or it cannot do the work.
        """
        if self.dask is not None:
            with _connected(self.dask):
                pass

    def here(self, items: int) -> bool:
        """Tell whether so many items are worked on in this very process."""
        return self.dask is None and self._places(items) <= 1

    def __call__(
        self, work: Callable[[Item], Found], items: Iterator[Item], count: int
    ) -> Iterator[Found | Lost[Item]]:
        """Yield what `work` makes of each item, in the order in which they end. `count` is the most there can be.

        Raises:
            InputError: there is no such cluster, or it cannot do the work.
        """
        if self.dask is not None:
            return _on_cluster(work, items, self.dask)
        return map(work, items) if self.here(count) else _side_by_side(work, items, self._places(count))

    def _places(self, items: int) -> int:
        return min(self.jobs or available_cores(), items)


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _side_by_side(work: Callable[[Item], Found], items: Iterator[Item], places: int) -> Iterator[Found | Lost[Item]]:
    """Work in processes of this machine.

    One that dies takes the whole pool down: what ran then is tried once more, each in a pool of its own, so that the
    culprit is found and the others are not lost with it.
    """
    while True:
        suspects: list[Item] = []
        yield from _in_pool(work, items, places, suspects)
        if not suspects:
            return
        for item in suspects:
            again: list[Item] = []
            yield from _in_pool(work, iter([item]), 1, again)
            if again:
                yield Lost(item)


def _in_pool(
    work: Callable[[Item], Found], items: Iterator[Item], places: int, suspects: list[Item]
) -> Iterator[Found]:
    """Yield what ends well; where a process dies, note what was being worked on in `suspects`, and end."""
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")  # a forked copy of an engine's threads would be a broken one
    pool = ProcessPoolExecutor(places, mp_context=context, initializer=_leave_ctrl_c_to_the_parent)
    running: dict[Future[Found], Item] = {}

    def begin(count: int) -> None:
        for item in islice(items, count):
            try:
                running[pool.submit(work, item)] = item
            except BrokenProcessPool:
                suspects.append(item)

    ended_well = False
    try:
        begin(places)
        while running:
            ended, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)  # the timeout lets Ctrl-C through
            for future in ended:
                item = running.pop(future)
                try:
                    found = future.result()
                except BrokenProcessPool:
                    suspects.append(item)
                    continue
                yield found
                if not suspects:
                    begin(1)
        ended_well = not suspects
    finally:
        if not ended_well:
            for process in set(multiprocessing.active_children()) - before:
                process.terminate()
        pool.shutdown(cancel_futures=True)  # its threads and semaphores end with it, whatever became of its processes


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Give a client of a Dask cluster that can do the work.

    Raises:
        InputError: there is none at that address, or it cannot.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError as error:
        what = "needs Dask, which is not installed: pip install 'carbonmatch[dask]'"
        raise InputError([Fault("--dask", what)]) from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        what = f"no Dask scheduler answers there ({error}); start one with `dask scheduler`, and name its address"
        raise InputError([Fault(f"--dask {address}", what)]) from error
    with client:
        _check_workers(client, address)
        yield client


def _on_cluster(work: Callable[[Item], Found], items: Iterator[Item], address: str) -> Iterator[Found | Lost[Item]]:
    """Work on a Dask cluster: what was on a worker that dies is done by another one."""
    with _connected(address) as client:
        from distributed import KilledWorker  # noqa: PLC0415 - an extra
        from distributed import wait as wait_for  # noqa: PLC0415

        running: dict[Any, Item] = {}
        try:
            while True:
                places = max(sum(client.nthreads().values()), 1)  # workers come and go
                for item in islice(items, max(places - len(running), 0)):
                    running[client.submit(work, item, pure=False)] = item
                if not running:
                    return
                with client.as_current():
                    ended = wait_for(list(running), return_when="FIRST_COMPLETED").done
                for future in ended:
                    item = running.pop(future)
                    try:
                        found = future.result()
                    except KilledWorker:
                        yield Lost(item)
                    else:
                        yield found
        finally:
            client.cancel(list(running))


def _check_workers(client: Any, address: str) -> None:
    """Make sure that the cluster has workers, and that they run this carbonmatch: others may find other numbers."""
    versions = client.run(_version_here)
    if not versions:
        raise InputError([Fault(f"--dask {address}", "has no workers; start some with `dask worker`")])
    others = [
        Fault(f"--dask {address}", f"the worker {worker} runs carbonmatch {found}, and here it is {__version__}")
        for worker, found in sorted(versions.items())
        if found != __version__
    ]
    if others:
        raise InputError(others)


def _version_here() -> str:
    return __version__
