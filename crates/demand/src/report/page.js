"use strict";
// Tables get buttons that sort, and long ones a field that filters. Without this script all is there but these.
const value = (row, column) => {
  const cell = row.cells[column];
  const text = cell.textContent.trim();
  const exact = cell.dataset.v ?? (/^-?\d+(\.\d+)?$/.test(text) ? text : undefined);
  return { text, number: exact === undefined ? NaN : Number(exact), missing: text === "–" };
};
const compare = (a, b, sign) => {
  if (a.missing || b.missing) return a.missing - b.missing;
  const isNumber = !Number.isNaN(a.number) && !Number.isNaN(b.number);
  return sign * (isNumber ? a.number - b.number : a.text.localeCompare(b.text, "en", { numeric: true }));
};
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const first = head.classList.contains("n") ? "descending" : "ascending";
      const other = first === "descending" ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === first ? other : first;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const rows = [...body.rows].map((row) => [value(row, column), row]);
      rows.sort(([a], [b]) => compare(a, b, sign));
      body.append(...rows.map(([, row]) => row));
    });
  });
  if (body.rows.length < 15) continue;
  const label = document.createElement("label");
  label.className = "find";
  const input = document.createElement("input");
  input.type = "search";
  const found = document.createElement("output");
  label.append("Only rows with ", input, found);
  table.parentElement.before(label);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const row of body.rows) {
      row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
      shown += !row.hidden;
    }
    found.textContent = wanted ? `${shown} of ${body.rows.length}` : "";
  });
}
// On paper everything is open; afterwards what was closed is closed again.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((each) => { each.open = true; });
});
addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
