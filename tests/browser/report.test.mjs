// Opens the report in headless Chromium: what a reader sees, hears and presses.
//
// ROLECALL names the binary. SCREENSHOTS names a folder for pictures, if they are to be looked at.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { write } from "./rows.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const BINARY = process.env.ROLECALL ?? join(ROOT, "target/release/rolecall");
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const REAL = resolve(ROOT, "../shared/postings/postings.parquet");
const ROWS = 45_000;
const MOST_BYTES = 2 * 1024 * 1024;
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

let browser;
let folder;
const reports = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "rolecall-report-"));
  const made = join(folder, "made.csv");
  await write(made, ROWS);
  const inputs = [["made", made]];
  if (existsSync(REAL)) {
    const tagged = join(folder, "postings.csv");
    execFileSync(BINARY, ["tag", "-q", "--dedup", REAL, "-o", tagged]);
    inputs.push(["real", tagged]);
  }
  for (const [name, input] of inputs) {
    const path = join(folder, `${name}.html`);
    execFileSync(BINARY, ["demand", "-q", input, "--report", path], { stdio: ["ignore", "ignore", "inherit"] });
    reports.push({ name, path });
  }
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a report, and notes whatever should not happen. */
async function open(report, options = {}) {
  const context = await browser.newContext({ viewport: DESK, offline: true, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(`console: ${message.type()} ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (!request.url().startsWith("file:") || !request.isNavigationRequest()) wrong.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(report.path).href);
  return { context, page, wrong };
}

const openAll = (page) => page.$$eval("details", (all) => all.forEach((each) => { each.open = true; }));

async function each(test, options) {
  assert.ok(reports.length > 0);
  for (const report of reports) {
    const opened = await open(report, options);
    try {
      await test(opened.page, report);
      assert.deepEqual(opened.wrong, [], report.name);
    } finally {
      await opened.context.close();
    }
  }
}

describe("the report", () => {
  it("is one file below two megabytes that asks for nothing", () => each(async (page, report) => {
    assert.ok(statSync(report.path).size < MOST_BYTES, `${report.name}: ${statSync(report.path).size} bytes`);
    console.log(`# ${report.name}: ${statSync(report.path).size} bytes`);
    await openAll(page);
    assert.equal(await page.$$eval("script", (all) => all.length), 1);
    assert.equal(await page.$$eval("img, iframe, link, object, embed, form, base", (all) => all.length), 0);
  }));

  it("has a table with rows behind each chart, and says in words what each chart shows", () => each(async (page) => {
    const figures = await page.$$eval("figure", (all) => all.map((figure) => ({
      labels: [...figure.querySelectorAll("svg")].map((svg) => svg.getAttribute("aria-label") ?? ""),
      rows: figure.querySelectorAll("table tbody tr").length,
      section: figure.closest("section").id,
    })));
    assert.ok(figures.length >= 6, JSON.stringify(figures));
    for (const { labels, rows, section } of figures) {
      assert.ok(rows > 0, section);
      assert.ok(labels.every((label) => label.length > 20), section);
    }
    assert.ok(figures.filter(({ labels }) => labels.length > 0).length >= 6);
  }));

  it("sorts by the keyboard alone", () => each(async (page) => {
    await page.focus("#roles summary");
    await page.keyboard.press("Enter");
    assert.equal(await page.$eval("#roles details", (details) => details.open), true);
    const focused = () => page.evaluate(() => document.activeElement.closest("th")?.textContent ?? "");
    for (let n = 0; n < 10 && (await focused()) !== "postings"; n += 1) await page.keyboard.press("Tab");
    assert.equal(await focused(), "postings");
    const column = () => page.$$eval("#roles tbody tr", (rows) => rows.map((row) => Number(row.cells[2].textContent.replaceAll(",", ""))));
    const unsorted = await column();
    await page.keyboard.press("Enter");
    const sorted = [...unsorted].sort((a, b) => b - a);
    assert.deepEqual(await column(), sorted);
    assert.notDeepEqual(unsorted, sorted);
    assert.equal(await page.$eval("#roles th[aria-sort]", (head) => head.getAttribute("aria-sort")), "descending");
    await page.keyboard.press("Space");
    assert.deepEqual(await column(), sorted.reverse());
    assert.equal(await page.$$eval("#roles th[aria-sort]", (heads) => heads.length), 1);
  }));

  it("finds an employer", () => each(async (page) => {
    await openAll(page);
    const name = await page.$eval("#employers tbody tr th", (cell) => cell.textContent);
    await page.fill("#employers input[type=search]", name.toUpperCase());
    const shown = await page.$$eval("#employers tbody tr", (rows) => rows.filter((row) => !row.hidden).map((row) => row.cells[0].textContent));
    assert.ok(shown.length >= 1 && shown.length < 50 && shown.includes(name), shown.join());
    assert.equal(await page.$eval("#employers output", (output) => output.textContent), `${shown.length} of 50`);
  }));

  for (const [theme, size, viewport] of [
    ["light", "desk", DESK], ["dark", "desk", DESK], ["light", "phone", PHONE], ["dark", "phone", PHONE],
  ]) {
    it(`is accessible and fits: ${theme}, ${size}`, () => each(async (page, report) => {
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(await overflow() <= 0, `${report.name} is ${await overflow()} pixels too wide`);
      const visible = await page.$$eval("svg", (all) => all.filter((svg) => svg.checkVisibility()).map((svg) => svg.clientWidth));
      assert.ok(visible.length >= 6 && visible.every((width) => width > 200), visible.join());
      if (process.env.SCREENSHOTS) {
        mkdirSync(process.env.SCREENSHOTS, { recursive: true });
        await page.screenshot({ path: join(process.env.SCREENSHOTS, `${report.name}-${theme}-${size}.png`), fullPage: true });
      }
      await openAll(page);
      assert.ok(await overflow() <= 0, `${report.name} is ${await overflow()} pixels too wide when all is open`);
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => window.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      }));
      const told = violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`);
      assert.deepEqual(told, []);
    }, { viewport, colorScheme: theme }));
  }

  it("lets hostile strings do nothing", () => each(async (page, report) => {
    await openAll(page);
    await page.hover("#titles li");
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    if (report.name === "made") {
      const text = await page.$eval("main", (main) => main.textContent);
      assert.ok(text.includes("<script>window.pwned=1</script>"));
      assert.ok(!/[\u0000-\u0008\u000e-\u001f\u202e]/.test(text));
    }
  }));

  it("can be printed with all tables", () => each(async (page) => {
    const pdf = await page.pdf({ format: "A4" });
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    assert.ok(pages > 5, `${pages} pages`);
    assert.equal(await page.$$eval("details[open]", (all) => all.length), 0);
  }));

  it("is readable without its script", () => each(async (page) => {
    await page.click("#roles summary");
    assert.ok(await page.isVisible("#roles table"));
    assert.equal(await page.$$eval("th button, input", (all) => all.length), 0);
  }, { javaScriptEnabled: false }));
});
