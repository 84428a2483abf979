"""One executor: in this process, in several, on a cluster; what dies is found, what is left goes on."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys

import dying
import pytest

from carbonmatch.errors import InputError
from carbonmatch.study.batch.executor import LOST, Executor, Lost


def test_one_at_a_time_stays_in_this_process():
    executor = Executor(jobs=1)
    assert executor.here(5)
    assert list(executor(lambda _: os.getpid(), iter("ab"), 2)) == [os.getpid()] * 2
    assert Executor(jobs=8).here(1)
    assert not Executor(jobs=2).here(2)
    assert not Executor(jobs=1, dask="tcp://127.0.0.1:1").here(1)


@pytest.mark.slow  # processes of their own
def test_processes_take_the_next_item_when_they_are_free():
    taken = []

    def items():
        for item in "abcdef":
            taken.append(item)
            yield item

    found = []
    for done in Executor(jobs=2)(dying.work, items(), 6):
        found.append(done)
        assert len(taken) <= len(found) + 2
    assert sorted(found) == list("ABCDEF")
    assert multiprocessing.active_children() == []


@pytest.mark.slow  # processes of their own
def test_a_process_that_dies_costs_its_own_item_alone():
    found = list(Executor(jobs=2)(dying.work, iter(["a", "deadly", "b", "c", "d"]), 5))
    assert [item for item in found if isinstance(item, Lost)] == [Lost("deadly", LOST)]
    assert sorted(item for item in found if isinstance(item, str)) == ["A", "B", "C", "D"]
    assert multiprocessing.active_children() == []


@pytest.mark.slow  # processes of their own
def test_what_dies_once_is_done_the_second_time(tmp_path):
    once = f"once:{tmp_path / 'died'}"
    found = list(Executor(jobs=2)(dying.work, iter(["a", once, "b"]), 3))
    assert sorted(found) == sorted(["A", "B", once.upper()])


@pytest.mark.slow  # processes of their own
def test_a_bug_is_raised_and_leaves_no_process():
    with pytest.raises(ZeroDivisionError):
        list(Executor(jobs=2)(dying.fail, iter("ab"), 2))
    assert multiprocessing.active_children() == []


@pytest.mark.slow  # a cluster
def test_a_cluster_does_the_same(cluster):
    found = list(Executor(dask=cluster.scheduler_address)(dying.work, iter("abcdef"), 6))
    assert sorted(found) == list("ABCDEF")


@pytest.mark.slow  # a cluster
def test_what_was_on_a_worker_that_is_killed_is_done_by_another(cluster):
    killed = []

    def items():
        for number, item in enumerate("abcdefgh"):
            if number == 4:
                victim = next(iter(cluster.workers.values()))
                killed.append(victim.pid)
                os.kill(victim.pid, signal.SIGKILL)
            yield item

    found = list(Executor(dask=cluster.scheduler_address)(dying.work, items(), 8))
    assert sorted(found) == list("ABCDEFGH")
    assert len(killed) == 1


def test_no_cluster_is_told_in_words():
    with pytest.raises(InputError, match="no Dask scheduler answers there"):
        list(Executor(dask="tcp://127.0.0.1:9")(dying.work, iter("a"), 1))
    with pytest.raises(InputError, match="no Dask scheduler answers there"):
        list(Executor(dask="nonsense://")(dying.work, iter("a"), 1))


@pytest.mark.slow  # a cluster
def test_a_cluster_without_workers_is_told(empty_cluster):
    with pytest.raises(InputError, match="has no workers"):
        list(Executor(dask=empty_cluster.scheduler_address)(dying.work, iter("a"), 1))


@pytest.mark.slow  # a cluster
def test_a_worker_of_another_version_is_told(cluster, monkeypatch):
    executor = importlib.import_module("carbonmatch.study.batch.executor")
    monkeypatch.setattr(executor, "__version__", "99.0")
    with pytest.raises(InputError, match=r"runs carbonmatch .*, and here it is 99\.0"):
        list(Executor(dask=cluster.scheduler_address)(dying.work, iter("a"), 1))


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'carbonmatch\[dask\]'"):
        list(Executor(dask="tcp://127.0.0.1:1")(dying.work, iter("a"), 1))
