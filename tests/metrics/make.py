"""Makes outcomes.csv, 400 made-up answers, and scikit_learn.json, what scikit-learn computes from them.

    pip install scikit-learn==1.9.1 && python3 tests/metrics/make.py
"""
import csv
import json
import pathlib

import numpy as np
from sklearn import metrics

here = pathlib.Path(__file__).parent
random = np.random.default_rng(7)
rows, roles = 400, 12
tiers = np.array([0] * 6 + [1] * 3 + [2] * 3)
label = np.where(random.random(rows) < 0.5, 12, random.integers(0, roles, rows))
scores = np.round(random.normal(0, 1, (rows, roles)), 3)
scores[np.arange(rows), np.minimum(label, roles - 1)] += np.where(label < roles, 2.0, 0.0)
scope = np.round(np.clip(random.normal(np.where(label < roles, 0.6, 0.4), 0.2), 0, 1), 2)
closest = scores.argmax(1)
answer = np.where(scope >= 0.5, closest, 12)
confidence = np.round(np.where(answer < 12, scope * 0.9, 1 - scope), 4)
weight = np.round(random.uniform(0.5, 30, rows), 2)
with open(here / "outcomes.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["label", "answer", "scope", "confidence", "weight"] + [f"score_{n}" for n in range(roles)])
    for n in range(rows):
        out.writerow([label[n], answer[n], scope[n], confidence[n], weight[n], *np.round(scores[n], 3)])

scores = np.round(scores, 3)
inside = label < roles
precision, recall, _ = metrics.precision_recall_curve(inside, scope, sample_weight=weight)
figures = {
    "role_accuracy": metrics.accuracy_score(label[inside], closest[inside]),
    "role_top_3": metrics.top_k_accuracy_score(label[inside], scores[inside], k=3, labels=range(roles)),
    "tier_accuracy": metrics.accuracy_score(tiers[label[inside]], tiers[closest[inside]]),
    "role_macro_recall": metrics.recall_score(label[inside], closest[inside], average="macro"),
    "scope_auc": metrics.roc_auc_score(inside, scope),
    "scope_precision": metrics.precision_score(inside, answer < 12),
    "scope_recall": metrics.recall_score(inside, answer < 12),
    "scope_f1": metrics.f1_score(inside, answer < 12),
    "answer_accuracy": metrics.accuracy_score(label, answer),
    "answer_macro_f1": metrics.f1_score(label, answer, average="macro"),
    "natural_precision": metrics.precision_score(inside, answer < 12, sample_weight=weight),
    "natural_recall": metrics.recall_score(inside, answer < 12, sample_weight=weight),
    "curve_precision": precision[:-1][::-1].tolist(),
    "curve_recall": recall[:-1][::-1].tolist(),
    "confusion": metrics.confusion_matrix(label, answer, labels=range(13)).tolist(),
}
json.dump(figures, open(here / "scikit_learn.json", "w"), indent=1)
