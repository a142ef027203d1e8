"""How fast tables are tagged: against the scoring alone, the command line, and the peers.

    python benches/throughput.py POSTINGS.parquet [TITLE TEXT]

Best of some rounds each, all on the same rows in the same run. The scoring is `benches/scoring.rs`: the same texts in
memory, as many threads, nothing made of the answers; with the six terms of evidence, which every tag names, and without.

The peers are scikit-learn's TF-IDF and bm25s, each twice. The whole job is ours: take the markup out, stem the
words, rank the profiles of all roles and neighbours, give the best two with their scores and the eight terms
that spoke most for the first (bm25s has no way to ask for these). The least job ranks the official descriptions
of the twelve roles, with markup left in and no stemming. Each takes a share of the rows, since they are slow.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import bm25s
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import Stemmer
from sklearn.feature_extraction.text import TfidfVectorizer

import rolecall

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
PEER_ROWS = 5_000


@dataclass
class Job:
    """Something that is done in every round."""

    name: str
    work: Callable[[], object]
    rows: int
    #: The time that has gone by, and the work of all cores of this process, in seconds, of each round.
    seconds: list[float] = field(default_factory=list)
    work_seconds: list[float] = field(default_factory=list)

    def run(self) -> None:
        start, work_start = time.perf_counter(), time.process_time()
        told = self.work()
        # What runs in another process may tell its own time.
        seconds = told if isinstance(told, float) else time.perf_counter() - start
        self.seconds.append(seconds)
        self.work_seconds.append(time.process_time() - work_start)

    def per_posting(self) -> float:
        return min(self.seconds) / self.rows

    def work_per_posting(self) -> float:
        return min(self.work_seconds) / self.rows


def scoring(path: Path, title: str, text: str, threads: int, which: str) -> Callable[[], float]:
    command = ["cargo", "bench", "--quiet", "-p", "rolecall-python", "--bench", "scoring", "--"]
    command += [str(path), title, text, str(threads), "1"]

    def run() -> float:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        seconds: float = json.loads(done.stdout.splitlines()[-1])[which]
        return seconds

    return run


def command_line(path: Path, folder: str) -> Callable[[], object]:
    program = ROOT / "target" / "release" / "rolecall"
    out = Path(folder, "out.parquet")
    command = [str(program), "tag", "-q", "--force", str(path), "-o", str(out)]
    return lambda: subprocess.run(command, check=True)


WORD = re.compile(r"\w\w+")
MARKUP = re.compile(r"<[^>]*>")


def profiles() -> list[str]:
    """Returns the texts of all roles and neighbours."""
    texts = []
    for path in sorted(ROOT.glob("corpus/onc/roles/*.toml")) + sorted(
        ROOT.glob("corpus/onc/neighbours/*.toml")
    ):
        role = tomllib.loads(path.read_text("utf-8"))
        words = [role["name"], role.get("official", "")]
        for field in role["profile"].values():
            words += field if isinstance(field, list) else [field]
        texts.append(" ".join(words))
    return texts


def without_markup(posting: str) -> str:
    return html.unescape(MARKUP.sub(" ", posting))


def scikit_learn_least(roles: list[str], postings: list[str]) -> Callable[[], object]:
    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    vectors = vectorizer.fit_transform(roles)
    return lambda: (vectorizer.transform(postings) @ vectors.T).argmax(axis=1)


def scikit_learn_whole(postings: list[str]) -> Callable[[], object]:
    stemmer = Stemmer.Stemmer("english")

    def words(text: str) -> list[str]:
        stems: list[str] = stemmer.stemWords(WORD.findall(without_markup(text).lower()))
        return stems

    vectorizer = TfidfVectorizer(analyzer=words, sublinear_tf=True)
    vectors = vectorizer.fit_transform(profiles())
    names = vectorizer.get_feature_names_out()

    def rank() -> object:
        found = vectorizer.transform(postings)
        scores = (found @ vectors.T).toarray()
        best_two = np.argsort(-scores, axis=1)[:, :2]
        points = found.multiply(vectors[best_two[:, 0]]).tocsr()
        terms = []
        for row in range(len(postings)):
            line = slice(points.indptr[row], points.indptr[row + 1])
            order = np.argsort(-points.data[line])[:8]
            terms.append([(names[points.indices[line][n]], points.data[line][n]) for n in order])
        return best_two, np.take_along_axis(scores, best_two, axis=1), terms

    return rank


def bm25s_retrieval(
    documents: list[str], postings: list[str], whole: bool, threads: int
) -> Callable[[], object]:
    stemmer = Stemmer.Stemmer("english") if whole else None

    def words(texts: list[str]) -> object:
        texts = [without_markup(text) for text in texts] if whole else texts
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    index = bm25s.BM25()
    index.index(words(documents), show_progress=False)

    def rank() -> object:
        return index.retrieve(
            words(postings), k=2, n_threads=threads, show_progress=False
        )

    return rank


def main() -> None:
    path = Path(sys.argv[1]).resolve()
    title, text = sys.argv[2:4] if len(sys.argv) > 3 else ("title", "description")
    threads = len(os.sched_getaffinity(0))
    table = pq.read_table(path)
    rows = table.num_rows
    classifier = rolecall.Classifier()
    few = table.slice(0, PEER_ROWS)
    roles = [f"{role.name} {role.description}" for role in classifier.roles]
    titles, texts = few[title].to_pylist(), few[text].to_pylist()
    postings = [f"{t or ''} {d or ''}" for t, d in zip(titles, texts, strict=True)]
    frames: dict[str, object] = {
        "PyArrow": table,
        "Polars": pl.from_arrow(table),
        "pandas, strings on PyArrow": table.to_pandas(types_mapper=pd.ArrowDtype),
        "pandas, objects": table.to_pandas().astype(object),
    }
    peers: dict[str, Callable[[], object]] = {
        "scikit-learn, the whole job": scikit_learn_whole(postings),
        "scikit-learn, the least job": scikit_learn_least(roles, postings),
        "bm25s, the whole job": bm25s_retrieval(profiles(), postings, True, threads),
        "bm25s, the least job": bm25s_retrieval(roles, postings, False, threads),
    }
    with tempfile.TemporaryDirectory() as folder:
        run = partial(scoring, path, title, text, threads)
        scored = Job("scoring in Rust", run("seconds_with_evidence"), rows)
        without = Job("the same without evidence", run("seconds"), rows)
        program = Job("command line, Parquet to Parquet", command_line(path, folder), rows)
        tags = [
            Job(f"tag, {name}", partial(classifier.tag, frame, title, text), rows)
            for name, frame in frames.items()
        ]
        ranks = [Job(name, work, PEER_ROWS) for name, work in peers.items()]
        jobs = [scored, without, *tags, program, *ranks]
        # In turns, so that a busy machine is unfair to none.
        for _ in range(ROUNDS):
            for job in jobs:
                job.run()
    print(f"{rows} postings, {table.nbytes / 1e6:.0f} MB, {threads} threads, best of {ROUNDS} rounds")
    for job in jobs:
        ratio = scored.per_posting() / job.per_posting()
        print(f"{job.name:36} {1 / job.per_posting():>10,.0f} postings/s  {ratio:>6.3f} of the scoring")
    ours = tags[0]
    for job in ranks:
        print(
            f"tag, PyArrow is {job.per_posting() / ours.per_posting():5.1f} times as fast as {job.name}; "
            f"{job.work_per_posting() / ours.work_per_posting():.1f} times by the work of all cores"
        )


if __name__ == "__main__":
    main()
