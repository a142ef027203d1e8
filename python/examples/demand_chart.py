# %% [markdown]
# # From a job board's CSV to a chart of demand
#
# Reads postings, says which health-IT role each hires for, and draws how many there are of each, with
# the interval in which the true count lies.

# %%
import os

import matplotlib.pyplot as plt
import pandas as pd

import rolecall

POSTINGS = os.environ.get("POSTINGS", "samples/postings.csv")
CHART = os.environ.get("CHART", "demand.svg")

# %%
postings = pd.read_csv(POSTINGS)
postings.head()

# %% [markdown]
# One posting first. In a notebook the answer shows itself.

# %%
classifier = rolecall.Classifier()
tag = classifier.classify(title=postings["title"][0], text=postings["description"][0])
tag

# %% [markdown]
# Now all of them. The columns of title and text are found by name and content.

# %%
print("reads", classifier.detect(postings))
tagged = classifier.tag(postings)
tagged[["title", "onc_role", "onc_confidence"]].head(10)

# %% [markdown]
# What was tagged is counted: postings of the same ad once, corrected for the classifier's errors.

# %%
demand = rolecall.demand(tagged, by="role")
print(*demand.assumptions, sep="\n")
counts = demand.table
# A role with few labelled postings can't be corrected. Its count is drawn as it was tagged, in grey.
counts["count"] = counts["corrected"].fillna(counts["ads"])
counts = counts.sort_values("count")
counts[["role", "postings", "ads", "employers", "corrected", "corrected_low", "corrected_high"]]

# %%
figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
errors = [counts["count"] - counts["corrected_low"], counts["corrected_high"] - counts["count"]]
colours = counts["corrected"].notna().map({True: "#3b6ea5", False: "#b0b8c0"})
axes.barh(counts["role"], counts["count"], xerr=errors, color=list(colours), ecolor="#777777")
axes.set_xlabel("ads, corrected for errors, with 95 % intervals (grey: as tagged)")
axes.set_title(f"Demand for health-IT roles in {len(tagged)} postings")
axes.spines[["top", "right"]].set_visible(False)
figure.savefig(CHART)
