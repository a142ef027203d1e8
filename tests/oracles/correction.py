"""Writes correction.json: inputs, and what QuaPy makes of them by ACC, PACC and EMQ.

Run with `python tests/oracles/correction.py` after `pip install -r tests/oracles/requirements.txt`.
The inputs are invented. QuaPy's own code estimates the matrices and solves; its least squares are by SLSQP, which stops at
1e-6 of the loss by default, so that the tolerance is set to 1e-16 here, and EMQ's to 1e-12.
"""

import functools
import json
from pathlib import Path

import numpy as np
import scipy.optimize
from quapy.method.aggregative import ACC, EMQ, PACC

scipy.optimize.minimize = functools.partial(scipy.optimize.minimize, options={"ftol": 1e-16, "maxiter": 10_000})

random = np.random.default_rng(2010)


def case(classes: int, labelled: int, rows: int, concentration: float) -> dict:
    """Draws labels, answers, two candidates a row, and a file with another mix."""

    def draw(shares, count):
        labels = random.choice(classes, size=count, p=shares)
        scores = random.normal(size=(count, classes))
        scores[np.arange(count), labels] += 1.8
        # A posterior has two roles and the last class.
        ranking = np.argsort(-scores[:, :-1], axis=1)[:, :2]
        scope = 1 / (1 + np.exp(scores[:, -1] - scores[:, :-1].max(axis=1)))
        first = 1 / (1 + np.exp(np.take_along_axis(scores, ranking[:, 1:], 1)[:, 0]
                                - np.take_along_axis(scores, ranking[:, :1], 1)[:, 0]))
        posteriors = np.zeros((count, classes))
        posteriors[np.arange(count), ranking[:, 0]] = np.round(scope * first, 4)
        posteriors[np.arange(count), ranking[:, 1]] = np.round(scope * (1 - first), 4)
        posteriors[:, -1] = 1 - posteriors.sum(axis=1)
        answers = np.where(scope > 0.5, ranking[:, 0], classes - 1)
        candidates = [
            [[int(c), float(posteriors[n, c])] for c in ranking[n]] for n in range(count)
        ]
        return labels, answers, posteriors, candidates

    train = random.dirichlet(np.full(classes, 3.0))
    shares = random.dirichlet(np.full(classes, concentration))
    labels, answers, posteriors, candidates = draw(train, labelled)
    _, found, found_posteriors, found_candidates = draw(shares, rows)
    counts = np.bincount(found, minlength=classes) / rows
    conf = ACC.getPteCondEstim(np.arange(classes), labels, answers)
    probabilistic = PACC.getPteCondEstim(np.arange(classes), labels, posteriors)
    solve = functools.partial(ACC.solve_adjustment, solver="minimize", method="inversion")
    prior = posteriors.mean(axis=0)
    EMQ.MAX_ITER = 100_000
    shares_em, _ = EMQ.EM(prior, found_posteriors, epsilon=1e-12)
    return {
        "classes": classes,
        "labels": labels.tolist(),
        "answers": answers.tolist(),
        "candidates": candidates,
        "file_answers": np.bincount(found, minlength=classes).tolist(),
        "file_candidates": found_candidates,
        "prior": prior.tolist(),
        "matrix": conf.tolist(),
        "matrix_of_posteriors": probabilistic.tolist(),
        "acc": solve(class_conditional_rates=conf, unadjusted_counts=counts).tolist(),
        "pacc": solve(
            class_conditional_rates=probabilistic, unadjusted_counts=found_posteriors.mean(axis=0)
        ).tolist(),
        "emq": shares_em.tolist(),
    }


cases = [case(3, 120, 90, 1.0), case(4, 200, 60, 0.4), case(6, 300, 120, 2.0), case(13, 500, 150, 0.5)]
Path(__file__).with_name("correction.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
