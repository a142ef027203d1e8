"""Writes audit.json: invented labels and predictions, and what ppi_py makes of them.

Run with `python tests/oracles/audit.py` after `pip install -r tests/oracles/requirements.txt`.
"""

import json
from pathlib import Path

import numpy as np
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

random = np.random.default_rng(2010)


def case(labelled: int, rows: int, share: float, noise: float, flipped: bool = False) -> dict:
    """Draws labels of rows that are in scope by `share`, and predictions that see them through noise."""
    labels = (random.random(labelled + rows) < share).astype(float)
    scores = (2 * labels - 1) * (-1 if flipped else 1) + noise * random.normal(size=labels.size)
    predictions = np.round(1 / (1 + np.exp(-2 * scores)), 4)
    y, f, rest = labels[:labelled], predictions[:labelled], predictions[labelled:]

    def result(power):
        point = float(np.squeeze(ppi_mean_pointestimate(y, f, rest, lam=power)))
        low, high = ppi_mean_ci(y, f, rest, alpha=0.05, lam=power)
        return [point, float(np.squeeze(low)), float(np.squeeze(high))]

    return {
        "labels": y.tolist(),
        "predictions": f.tolist(),
        "unlabelled": rest.tolist(),
        "tuned": result(None),
        "untuned": result(1),
        "labels_alone": result(0),
    }


cases = [
    case(40, 300, 0.3, 1.0),
    case(100, 500, 0.05, 0.5),
    case(60, 60, 0.5, 3.0),
    case(200, 100, 0.2, 0.2),
    # Predictions that are worse than none: the power is 0.
    case(50, 400, 0.4, 1.0, flipped=True),
]
Path(__file__).with_name("audit.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
