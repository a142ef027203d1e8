#!/usr/bin/env bash
# Measures everything that docs/accuracy.md says. Needs the labelled postings in ../shared; takes about
# 20 minutes on two cores. Writes to target/accuracy/.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=../shared
out=target/accuracy
mkdir -p "$out"
cargo build --release --locked
rolecall=target/release/rolecall
labels=("$shared/gold/dev.csv" corpus/onc/labels.csv)
columns=(--label-column label --second-column second --weight-column weight)
texts=(--postings "$shared/postings/postings.parquet" --postings "$shared/postings/boards2.parquet" --postings "$shared/gold/written_dev.jsonl")
titles=(--titles corpus/onc/titles.csv --titles "$shared/titles/onet.csv" --written written_dev.jsonl --written titles.csv)
all=("${labels[@]}" "${columns[@]}" "${texts[@]}")

echo "== whole boards left out (with -o corpus/onc it writes what the program carries; then, as CONTRIBUTING.md says, corpus compile)"
$rolecall calibrate "${all[@]}" "${titles[@]}" --folds 8 --boards-out --by @labels,@postings | tee "$out/boards-out.txt"
$rolecall calibrate "${all[@]}" "${titles[@]}" --folds 8 --boards-out --by board >"$out/boards.txt"
echo "== titles of the codebook, which nothing was fitted to"
python3 - "$shared/roles/roles.json" >"$out/titles.csv" <<'PYTHON'
import csv, json, sys
rows = csv.writer(sys.stdout)
rows.writerow(["title", "label"])
for role in json.load(open(sys.argv[1]))["roles"]:
    rows.writerows([title, role["slug"]] for title in role["titles"])
PYTHON
$rolecall evaluate "$out/titles.csv" --label-column label --title-column title --text-column - >"$out/titles.txt"
echo "== employers left out, boards shared"
$rolecall calibrate "${all[@]}" "${titles[@]}" --by @labels,@postings | tee "$out/calibrate.txt"
$rolecall calibrate "${all[@]}" "${titles[@]}" --by @labels --json >"$out/calibrate.json"
echo "== what each part is worth"
without() { # NAME, then a change to the corpus in the folder $corpus
    corpus=$out/corpus-$1
    rm -rf "$corpus"
    cp -r corpus/onc "$corpus"
    cp corpus/background.tsv corpus/stopwords.txt corpus/columns.toml "$corpus"
    rm "$corpus/terms.tsv"
    cp corpus/calibration.toml "$corpus"
}
ablate() { # NAME, arguments
    local name=$1
    shift
    $rolecall calibrate "$@" --corpus "$corpus" "${columns[@]}" "${texts[@]}" "${titles[@]}" --folds 8 --boards-out --by @labels --json >"$out/ablation-$name.json"
}
without plain
$rolecall evaluate "${labels[@]}" --corpus "$corpus" "${columns[@]}" "${texts[@]}" --by @labels --json >"$out/ablation-plain.json"
ablate no-terms "${labels[@]}" --term-floor 1000000
ablate dev-labels-only "$shared/gold/dev.csv"
without one-gate
sed -i '/^\[\[conditions\]\]/,/^words/d' "$corpus/taxonomy.toml"
ablate one-gate "${labels[@]}"
without no-neighbours
rm -r "$corpus/neighbours"
ablate no-neighbours "${labels[@]}"
without no-title-boost
sed -i 's/^title = { title = 6.0/title = { title = 1.0/' "$corpus/calibration.toml"
ablate no-title-boost "${labels[@]}"

echo "== peers"
python3 -m venv "$out/venv"
"$out/venv/bin/pip" --quiet install -r docs/peers.txt
$rolecall roles --json >"$out/roles.json"
"$out/venv/bin/python" docs/peers.py "$out" "$shared" corpus/onc/labels.csv
