"""Peers and ablations on all labelled postings: prints the tables of docs/accuracy.md.

    python docs/peers.py target/accuracy ../shared corpus/onc/labels.csv
"""
import json
import pathlib
import re
import sys
from importlib.metadata import version

import bm25s
import numpy as np
import pandas as pd
import Stemmer
import tantivy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

out, shared, labels = map(pathlib.Path, sys.argv[1:4])
columns = ["id", "title", "company", "description"]
files = [shared / "postings" / name for name in ("postings.parquet", "boards2.parquet")]
texts = pd.concat([pd.read_parquet(file, columns=columns) for file in files])
written = pd.read_json(shared / "gold/written_dev.jsonl", lines=True)[columns]
texts = pd.concat([texts, written]).fillna("")
dev = pd.read_csv(shared / "gold/dev.csv")
# An id starts with the name of its board.
dev["board"] = dev.id.str.rpartition(":")[0]
rows = pd.concat([dev, pd.read_csv(labels)], ignore_index=True).merge(texts, on="id", validate="m:1")
rows.loc[rows.board.isin(["angjobs_hn", "hn_angjobs"]), "board"] = "hn"
strip = re.compile(r"<[^>]+>")
rows["text"] = rows.title + "\n" + rows.description.str.replace(strip, " ", regex=True)
roles = json.load(open(out / "roles.json"))
ids = np.array([role["id"] for role in roles])
tier = {role["id"]: role["tier"] for role in roles}
profiles = ["\n".join([r["name"], *r["titles"], r["official"], *r["duties"], *r["vocabulary"]]) for r in roles]
official = [r["name"] + "\n" + r["official"] for r in roles]


def natural(scope):
    """Precision, recall and false alarms per 1,000 at the natural mix, where F1 is highest with at most 5 of these."""
    weighted = rows.weight.notna().to_numpy()
    weight, inside = rows.weight.to_numpy()[weighted], (rows.label != "none").to_numpy()[weighted]
    order = np.argsort(-scope[weighted], kind="stable")
    hits, alarms = np.cumsum((weight * inside)[order]), np.cumsum((weight * ~inside)[order])
    precision, recall = hits / (hits + alarms), hits / (weight * inside).sum()
    per_1000 = 1000 * alarms / weight.sum()
    best = np.where(per_1000 <= 5, 2 * precision * recall / np.maximum(precision + recall, 1e-9), -1).argmax()
    return f"{precision[best]:.2f}, {recall[best]:.2f}, {per_1000[best]:.1f}"


def row(name, scores, scope):
    """Ties go to the first role, which helps a peer if anything."""
    inside = (rows.label != "none").to_numpy()
    closest = ids[scores.argmax(1)]
    right = closest == rows.label.to_numpy()
    same_tier = np.array([tier.get(a) == tier[b] for a, b in zip(rows.label, closest)])
    print(
        f"| {name} | {right[inside].mean():.3f} | {same_tier[inside].mean():.3f} "
        f"| {roc_auc_score(inside, scope):.3f} | {natural(scope)} |",
        flush=True,
    )


print("| scoring | role | tier | scope AUC | natural mix: precision, recall, false alarms per 1,000 |\n|---|---|---|---|---|")
for name, documents in (("official text", official), ("profiles", profiles)):
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    matrix = vectorizer.fit_transform(documents)
    scores = (vectorizer.transform(rows.text) @ matrix.T).toarray()
    row(f"scikit-learn {version('scikit-learn')} TF-IDF cosine, {name}", scores, scores.max(1))

    stemmer = Stemmer.Stemmer("english")
    index = bm25s.BM25(method="lucene")
    tokens = bm25s.tokenize(documents, stopwords="en", stemmer=stemmer, show_progress=False)
    index.index(tokens, show_progress=False)
    scores = np.array([
        index.get_scores(words) if words else np.zeros(len(ids))
        for words in bm25s.tokenize(list(rows.text), stopwords="en", stemmer=stemmer, show_progress=False, return_ids=False)
    ])
    row(f"bm25s {version('bm25s')} (lucene, stemmed), {name}", scores, scores.max(1))

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False, tokenizer_name="en_stem")
    builder.add_integer_field("n", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer(num_threads=1)
    for n, text in enumerate(documents):
        writer.add_document(tantivy.Document(text=text, n=n))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    scores = np.zeros((len(rows), len(ids)))
    for n, text in enumerate(rows.text):
        words = " ".join(re.findall(r"[A-Za-z]+", text.lower()))
        hits = searcher.search(index.parse_query(words, ["text"]), limit=len(ids)).hits
        for score, address in hits:
            scores[n, searcher.doc(address)["n"][0]] = score
    row(f"tantivy {version('tantivy')} (Python; en_stem, query parser), {name}", scores, scores.max(1))

# The strongest plain peer: TF-IDF and logistic regression, fitted to the same labels with the same kind of folds.
employer = rows.company.str.lower().str.replace(r"[^a-z]+", " ", regex=True).str.strip()
folds = {"8 folds of whole boards": (8, rows.board), "5 folds by employer": (5, employer.where(employer != "", rows.id))}
for name, (count, group) in folds.items():
    scores, scope = np.zeros((len(rows), len(ids))), np.zeros(len(rows))
    for train, test in GroupKFold(count).split(rows, groups=group):
        vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=3, ngram_range=(1, 2), stop_words="english")
        x, y = vectorizer.fit_transform(rows.text.iloc[train]), rows.label.iloc[train]
        inside = (y != "none").to_numpy()
        model = LogisticRegression(C=10, max_iter=300).fit(x[inside], y[inside])
        unseen = vectorizer.transform(rows.text.iloc[test])
        classes = [list(ids).index(name) for name in model.classes_]
        scores[np.ix_(test, classes)] = model.predict_proba(unseen)
        scope[test] = LogisticRegression(C=10, max_iter=300).fit(x, inside).predict_proba(unseen)[:, 1]
    row(f"TF-IDF (1 and 2 words) and logistic regression, the same labels, {name}", scores, scope)

phrases = re.compile(
    r"electronic (?:health|medical|patient) record|\be[hm]r\b|\bepr\b|health information (?:technology|exchange|management|system)"
    r"|health it\b|health informatics|clinical informatics|meaningful use|\bhl7\b|\bfhir\b|\bcpoe\b|clinical information system",
    re.I,
)
weighted = rows[rows.weight.notna()]
inside, weight = weighted.label != "none", weighted.weight
tagged = weighted.text.str.contains(phrases)
right = weight[tagged & inside].sum()
print(
    f"| key phrases (EHR, HL7, health informatics ...) | | | | {right / weight[tagged].sum():.2f}, {right / weight[inside].sum():.2f}, "
    f"{1000 * weight[tagged & ~inside].sum() / weight.sum():.1f} |"
)


def of_rolecall(path):
    report = json.load(open(path))
    report = report.get("cross_validated", report)
    value, mix = (lambda name: report["figures"][name]["value"]), report["natural_mix"]
    mix = [mix[name]["value"] for name in ("precision", "recall", "false_alarms_per_1000")]
    print(
        f"| {path.stem} | {value('role_accuracy'):.3f} | {value('tier_accuracy'):.3f} "
        f"| {value('scope_auc'):.3f} | {mix[0]:.2f}, {mix[1]:.2f}, {mix[2]:.1f} |"
    )


for path in [out / "boards-out.json", out / "calibrate.json", *sorted(out.glob("ablation-*.json"))]:
    if path.exists():
        of_rolecall(path)
