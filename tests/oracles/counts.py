"""Compares the counts of `rolecall demand` with DuckDB's on the same tagged file, for 20 different --by.

Run with `python tests/oracles/counts.py ROLECALL FOLDER`: FOLDER takes the files that are made. The rows are invented:
odd cells (empty, blanks, quotes, line breaks, other scripts), several rows of an ad, employers in several spellings.
"""

import csv
import json
import random
import subprocess
import sys
from pathlib import Path

import duckdb

rolecall, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
draw = random.Random(2010)

roles = json.loads(subprocess.run([rolecall, "roles", "--json"], capture_output=True, check=True).stdout)
roles = [(role["id"], role["tier"]) for role in roles["roles"]] if isinstance(roles, dict) else [
    (role["id"], role["tier"]) for role in roles
]
odd = ["", " ", "a,b", 'say "x"', "two\nlines", "é", "日本語", "=1+1", "NULL", "none", "0", "-", "\u202ea", "A", "a", "x" * 300]
states = ["TN", "CA", "NY", "WA", "TX", "IN", "OR"]
towns = ["Springfield", "Franklin", "Clinton"]
employers = [f"Clinic {n}" for n in range(60)]
columns = ["id", "title", "company", "location", "date", "salary", "board", "team", "grade",
           "onc_role", "onc_tier", "onc_confidence", "onc_cluster"]
tagged = folder / "tagged.csv"
with tagged.open("w", newline="", encoding="utf-8") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(columns)
    for n in range(30_000):
        role, tier = draw.choice(roles) if draw.random() < 0.3 else ("none", "none")
        cluster = n + 1 if draw.random() < 0.8 or n == 0 else draw.randrange(n) + 1
        date = f"20{draw.randrange(24, 26)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        out.writerow([
            n, draw.choice(["Analyst", "Trainer", "Nurse", ""]), draw.choice(employers) if draw.random() < 0.9 else "",
            f"{draw.choice(towns)}, {draw.choice(states)}", date if draw.random() < 0.9 else "",
            f"${draw.randrange(40, 160) * 1000} a year" if draw.random() < 0.4 else "",
            draw.choice(["one", "two", "three"]), draw.choice(odd), draw.choice(["I", "II", "III", ""]),
            role, tier, 0.9, cluster,
        ])

db = duckdb.connect()
db.execute(
    f"create table t as select * replace (onc_cluster::bigint as onc_cluster) from read_csv('{tagged}', "
    "header=true, all_varchar=true, nullstr='~none~', quote='\"', escape='\"', delim=',', new_line='\\n')"
)
missing = "'(not stated)'"
keys = {
    "role": "onc_role", "tier": "onc_tier", "month": f"case when date = '' then {missing} else date[:7] end",
    "quarter": f"case when date = '' then {missing} else date[:4] || '-Q' || ((date[6:7]::int + 2) // 3) end",
    "year": f"case when date = '' then {missing} else date[:4] end", "state": "right(location, 2)",
    "city": "split_part(location, ',', 1)", "employer": f"case when company = '' then {missing} else company end",
    "board": "board", "team": "team", "grade": "grade", "column:company": "company", "column:location": "location",
    "title": "lower(title)", "column:date": "date", "column:salary": "salary",
}
asked = [
    "role", "tier", "month", "quarter", "year", "state", "city", "employer", "board", "team", "role,team", "tier,month",
    "role,state", "state,month", "role,state,quarter", "column:company,role", "grade,board,team", "title,tier",
    "column:salary,role", "column:date,column:location,grade", "role,tier,team,board,month",
]
wrong = 0
for by in asked:
    for everything in (False, True):
        command = [rolecall, "demand", "-q", "--format", "json", "--unit", "postings", "--no-correction", "--by", by, tagged]
        result = subprocess.run(command + (["--all"] if everything else []), capture_output=True, check=True)
        names = [key.removeprefix("column:") for key in by.split(",")]
        ours = {}
        for row in json.loads(result.stdout)["rows"]:
            value = (row["postings"], row["ads"], row["employers"], row["salary_postings"] or 0, row["salary_median"],
                     row["salary_lower_quartile"], row["salary_upper_quartile"])
            ours[tuple(row[name] for name in names)] = value
        pay = "replace(replace(salary, '$', ''), ' a year', '')"
        select = ", ".join(keys[key] for key in by.split(","))
        where = "" if everything else "where onc_role <> 'none'"
        rows = db.execute(
            f"select {select}, count(*), count(distinct onc_cluster), count(distinct nullif(company, '')), "
            f"count(nullif(salary, '')), quantile_cont(nullif({pay}, '')::double, [0.5, 0.25, 0.75]) "
            f"from t {where} group by {', '.join(str(n + 1) for n in range(len(names)))}"
        ).fetchall()
        theirs = {row[: len(names)]: (*row[len(names):-1], *(row[-1] or (None, None, None))) for row in rows}
        if ours != theirs:
            wrong += 1
            differ = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
            print(f"--by {by}: {len(differ)} groups differ, such as {differ[0]}: {ours.get(differ[0])} and {theirs.get(differ[0])}")
        elif everything:
            print(f"--by {by}: {len(ours)} groups equal")
print(f"{len(asked) * 2 - wrong} passed, {wrong} failed")
sys.exit(wrong > 0)
