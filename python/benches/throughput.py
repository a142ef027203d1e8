"""How fast tables are tagged: against the scoring alone, the command line, and the peers.

    python benches/throughput.py POSTINGS.parquet [TITLE TEXT]

Best of some rounds each, all on the same rows in the same run. The scoring alone is
`benches/scoring.rs`: the same texts in memory, as many threads, nothing made of the answers. The
peers, scikit-learn's TF-IDF and bm25s, do less: they rank the twelve roles by their official
descriptions and nothing else, with markup left in. Each takes a share of the rows, since they are slow.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import bm25s
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import TfidfVectorizer

import rolecall

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
PEER_ROWS = 5_000


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Returns the seconds of the fastest round."""
    return least(work, rounds, time.perf_counter)


def least(work: Callable[[], object], rounds: int, clock: Callable[[], float]) -> float:
    seconds = []
    for _ in range(rounds):
        start = clock()
        work()
        seconds.append(clock() - start)
    return min(seconds)


def scoring_alone(path: Path, title: str, text: str, threads: int) -> float:
    command = ["cargo", "bench", "--quiet", "-p", "rolecall-python", "--bench", "scoring", "--"]
    command += [str(path), title, text, str(threads), str(ROUNDS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds: float = json.loads(done.stdout.splitlines()[-1])["seconds"]
    return seconds


def command_line(path: Path) -> float:
    program = ROOT / "target" / "release" / "rolecall"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.parquet")
        command = [str(program), "tag", "-q", "--force", str(path), "-o", str(out)]
        return best(lambda: subprocess.run(command, check=True), 3)


def scikit_learn(roles: list[str], postings: list[str]) -> Callable[[], object]:
    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    profiles = vectorizer.fit_transform(roles)
    return lambda: (vectorizer.transform(postings) @ profiles.T).argmax(axis=1)


def bm25s_retrieval(roles: list[str], postings: list[str], threads: int) -> Callable[[], object]:
    index = bm25s.BM25()
    index.index(bm25s.tokenize(roles, stopwords="en", show_progress=False), show_progress=False)

    def rank() -> object:
        words = bm25s.tokenize(postings, stopwords="en", show_progress=False)
        return index.retrieve(words, k=len(roles), n_threads=threads, show_progress=False)

    return rank


def main() -> None:
    path = Path(sys.argv[1]).resolve()
    title, text = sys.argv[2:4] if len(sys.argv) > 3 else ("title", "description")
    threads = len(os.sched_getaffinity(0))
    table = pq.read_table(path)
    rows = table.num_rows
    classifier = rolecall.Classifier()
    alone = scoring_alone(path, title, text, threads)

    def show(name: str, seconds: float, count: int = rows) -> None:
        per_posting = seconds / count
        ratio = alone / rows / per_posting
        print(f"{name:42} {count / seconds:>10,.0f} postings/s  {ratio:>7.3f} of the scoring alone")

    print(f"{rows} postings, {table.nbytes / 1e6:.0f} MB, {threads} threads, best of {ROUNDS}")
    show("scoring alone (Rust)", alone)
    frames: dict[str, object] = {
        "tag, PyArrow": table,
        "tag, Polars": pl.from_arrow(table),
        "tag, pandas, strings on PyArrow": table.to_pandas(types_mapper=pd.ArrowDtype),
        "tag, pandas, objects": table.to_pandas().astype(object),
    }
    for name, frame in frames.items():
        show(name, best(lambda frame=frame: classifier.tag(frame, title, text)))  # type: ignore[misc]
    show("command line, Parquet to Parquet", command_line(path))
    few = table.slice(0, PEER_ROWS)
    roles = [f"{role.name} {role.description}" for role in classifier.roles]
    titles, texts = few[title].to_pylist(), few[text].to_pylist()
    postings = [f"{t or ''} {d or ''}" for t, d in zip(titles, texts, strict=True)]
    ours = best(lambda: classifier.tag(table, title, text)) / rows
    # On a busy machine the work of all cores together says more than the time that has gone by.
    our_work = least(lambda: classifier.tag(table, title, text), 3, time.process_time) / rows
    for name, work in [
        ("scikit-learn, TF-IDF", scikit_learn(roles, postings)),
        ("bm25s", bm25s_retrieval(roles, postings, threads)),
    ]:
        seconds = best(work, 2)
        show(name, seconds, PEER_ROWS)
        their_work = least(work, 2, time.process_time) / PEER_ROWS
        print(f"{'':42} tag is {seconds / PEER_ROWS / ours:.1f} times as fast")
        print(f"{'':42} and {their_work / our_work:.1f} times by the work of all cores")
    assert pa.types.is_string(classifier.tag(few)["onc_role"].type)


if __name__ == "__main__":
    main()
