"""Peers and ablations on the labelled postings: prints the tables of docs/accuracy.md.

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
texts = pd.read_parquet(shared / "postings/postings.parquet")[["id", "title", "company", "description"]]
written = pd.read_json(shared / "gold/written_dev.jsonl", lines=True)[["id", "title", "company", "description"]]
texts = pd.concat([texts, written]).fillna("")
dev = pd.read_csv(shared / "gold/dev.csv").merge(texts, on="id")
more = pd.read_csv(labels).merge(texts, on="id")
strip = re.compile(r"<[^>]+>")
for rows in (dev, more):
    rows["text"] = rows.title + "\n" + rows.description.str.replace(strip, " ", regex=True)
roles = json.load(open(out / "roles.json"))
ids = np.array([role["id"] for role in roles])
tier = {role["id"]: role["tier"] for role in roles}
profiles = ["\n".join([r["name"], *r["titles"], r["official"], *r["duties"], *r["vocabulary"]]) for r in roles]
official = [r["name"] + "\n" + r["official"] for r in roles]


def row(name, scores, scope):
    """Ties go to the first role, which helps a peer if anything."""
    inside = (dev.label != "none").to_numpy()
    real = ~dev.id.str.startswith("written:").to_numpy()
    closest = ids[scores.argmax(1)]
    right = closest == dev.label.to_numpy()
    same_tier = np.array([tier.get(a) == tier[b] for a, b in zip(dev.label, closest)])
    share = lambda values, rows: values[rows & inside].mean()
    print(
        f"| {name} | {share(right, real | True):.3f} | {share(right, real):.3f} | {share(same_tier, real | True):.3f} "
        f"| {roc_auc_score(inside, scope):.3f} |"
    )


print("| scoring | role | role, real | tier | scope AUC |\n|---|---|---|---|---|")
for name, documents in (("official text", official), ("profiles", profiles)):
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    matrix = vectorizer.fit_transform(documents)
    scores = (vectorizer.transform(dev.text) @ matrix.T).toarray()
    row(f"scikit-learn {version('scikit-learn')} TF-IDF cosine, {name}", scores, scores.max(1))

    stemmer = Stemmer.Stemmer("english")
    index = bm25s.BM25(method="lucene")
    tokens = bm25s.tokenize(documents, stopwords="en", stemmer=stemmer, show_progress=False)
    index.index(tokens, show_progress=False)
    scores = np.array([
        index.get_scores(words) if words else np.zeros(len(ids))
        for words in bm25s.tokenize(list(dev.text), stopwords="en", stemmer=stemmer, show_progress=False, return_ids=False)
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
    scores = np.zeros((len(dev), len(ids)))
    for n, text in enumerate(dev.text):
        words = " ".join(re.findall(r"[A-Za-z]+", text.lower()))
        hits = searcher.search(index.parse_query(words, ["text"]), limit=len(ids)).hits
        for score, address in hits:
            scores[n, searcher.doc(address)["n"][0]] = score
    row(f"tantivy {version('tantivy')} (Python; en_stem, query parser), {name}", scores, scores.max(1))

# The strongest plain peer: TF-IDF and logistic regression, fitted to the same labels in five folds by employer.
both = pd.concat([dev, more], ignore_index=True)
employer = both.company.str.lower().str.replace(r"[^a-z]+", " ", regex=True).str.strip()
group = employer.where(employer != "", both.id)
scores, scope = np.zeros((len(both), len(ids))), np.zeros(len(both))
for train, test in GroupKFold(5).split(both, groups=group):
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=3, ngram_range=(1, 2), stop_words="english")
    x, y = vectorizer.fit_transform(both.text.iloc[train]), both.label.iloc[train]
    inside = (y != "none").to_numpy()
    model = LogisticRegression(C=10, max_iter=300).fit(x[inside], y[inside])
    unseen = vectorizer.transform(both.text.iloc[test])
    columns = [list(ids).index(name) for name in model.classes_]
    scores[np.ix_(test, columns)] = model.predict_proba(unseen)
    scope[test] = LogisticRegression(C=10, max_iter=300).fit(x, inside).predict_proba(unseen)[:, 1]
row("TF-IDF (1 and 2 words) and logistic regression, same labels, 5 folds", scores[: len(dev)], scope[: len(dev)])

fitted = json.load(open(out / "calibrate.json"))["cross_validated"]


def figures(report):
    part = next(s for s in report["slices"] if s["name"] == "dev.csv")
    value = lambda name: part["figures"][name]["value"]
    natural = part["natural_mix"]
    return value, natural


value, natural = figures(fitted)
print(
    f"| **rolecall, 5 folds** | **{value('role_accuracy'):.3f}** | | **{value('tier_accuracy'):.3f}** "
    f"| **{value('scope_auc'):.3f}** |"
)

print("\nKey phrases at the natural mix (dev.csv's weighted rows)")
phrases = re.compile(
    r"electronic (?:health|medical|patient) record|\be[hm]r\b|\bepr\b|health information (?:technology|exchange|management|system)"
    r"|health it\b|health informatics|clinical informatics|meaningful use|\bhl7\b|\bfhir\b|\bcpoe\b|clinical information system",
    re.I,
)
weighted = dev[dev.weight.notna()]
inside, weight = weighted.label != "none", weighted.weight
tagged = weighted.text.str.contains(phrases)
right = weight[tagged & inside].sum()
print(
    f"  precision {right / weight[tagged].sum():.3f}, recall {right / weight[inside].sum():.3f}, "
    f"false alarms per 1,000 {1000 * weight[tagged & ~inside].sum() / weight.sum():.1f}"
)

print("\n| without | role | tier | scope AUC | precision | recall | false alarms |\n|---|---|---|---|---|---|---|")
for path in [out / "calibrate.json", *sorted(out.glob("ablation-*.json"))]:
    report = json.load(open(path))
    value, natural = figures(report.get("cross_validated", report))
    print(
        f"| {path.stem.removeprefix('ablation-')} | {value('role_accuracy'):.3f} | {value('tier_accuracy'):.3f} "
        f"| {value('scope_auc'):.3f} | {natural['precision']['value']:.3f} | {natural['recall']['value']:.3f} "
        f"| {natural['false_alarms_per_1000']['value']:.1f} |"
    )
