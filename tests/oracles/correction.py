"""Writes correction.json: inputs, and what QuaPy makes of them by ACC.

Run with `python tests/oracles/correction.py` after `pip install -r tests/oracles/requirements.txt`.
The inputs are invented. QuaPy's own code estimates the matrices and solves; its least squares are by SLSQP, which stops at
1e-6 of the loss by default, so that the tolerance is set to 1e-16 here.
"""

import functools
import json
from pathlib import Path

import numpy as np
import scipy.optimize
from quapy.method.aggregative import ACC

scipy.optimize.minimize = functools.partial(scipy.optimize.minimize, options={"ftol": 1e-16, "maxiter": 10_000})

random = np.random.default_rng(2010)


def case(classes: int, labelled: int, rows: int, concentration: float) -> dict:
    """Draws labels, answers, and a file with another mix."""

    def draw(shares, count):
        labels = random.choice(classes, size=count, p=shares)
        scores = random.normal(size=(count, classes))
        scores[np.arange(count), labels] += 1.8
        ranking = np.argsort(-scores[:, :-1], axis=1)[:, :2]
        scope = 1 / (1 + np.exp(scores[:, -1] - scores[:, :-1].max(axis=1)))
        answers = np.where(scope > 0.5, ranking[:, 0], classes - 1)
        return labels, answers

    train = random.dirichlet(np.full(classes, 3.0))
    shares = random.dirichlet(np.full(classes, concentration))
    labels, answers = draw(train, labelled)
    _, found = draw(shares, rows)
    counts = np.bincount(found, minlength=classes) / rows
    conf = ACC.getPteCondEstim(np.arange(classes), labels, answers)
    solve = functools.partial(ACC.solve_adjustment, solver="minimize", method="inversion")
    return {
        "classes": classes,
        "labels": labels.tolist(),
        "answers": answers.tolist(),
        "file_answers": np.bincount(found, minlength=classes).tolist(),
        "matrix": conf.tolist(),
        "acc": solve(class_conditional_rates=conf, unadjusted_counts=counts).tolist(),
    }


cases = [case(3, 120, 90, 1.0), case(4, 200, 60, 0.4), case(6, 300, 120, 2.0), case(13, 500, 150, 0.5)]
Path(__file__).with_name("correction.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
