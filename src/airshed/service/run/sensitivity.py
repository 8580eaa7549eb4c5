"""A sample of a scenario's inputs evaluated, here, on a pool or on a Dask cluster: with the same values everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from airshed.lab.equilibrium.curves import Floats
from airshed.lab.scenarios import sensitivity
from airshed.lab.scenarios.draw import Setting
from airshed.service.run.cluster import each_on_cluster
from airshed.service.run.pool import pooled
from airshed.service.run.scenario import CODE, same_code
from airshed.service.stacks.recomputed import code_digest


class SampleJob(NamedTuple):
    """Rows of a sample, and the code that is to evaluate them."""

    asked: sensitivity.SampleRows
    code: str


def evaluate(
    setting: Setting,
    model: sensitivity.Model,
    factors: Sequence[sensitivity.UncertainInput],
    rows: Floats,
    *,
    workers: int = 1,
    cluster: str = "",
    progress: Callable[[SampleJob], None] | None = None,
) -> Floats:
    """The outputs of every row, shape (rows, outputs of the model).

    Malformed if a worker is lost or runs other code.
    """
    bare = Setting(setting.scenario, setting.rules, setting.zone)
    code = code_digest(CODE)
    jobs = [SampleJob(asked, code) for asked in sensitivity.jobs_of(bare, model, factors, rows)]
    done = each_on_cluster(cluster, work, jobs, progress) if cluster else pooled(work, jobs, workers, progress)
    return np.array([row for batch in done for row in batch])


def work(job: SampleJob) -> list[list[float]]:
    """The outputs of the rows of a job."""
    same_code(job.code)
    return sensitivity.evaluated(job.asked)
