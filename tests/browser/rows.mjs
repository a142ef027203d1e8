// Makes tagged rows: enough for a report of a real size, with odd and hostile cells. The same every time.
import { createWriteStream } from "node:fs";
import { once } from "node:events";

export const HOSTILE = [
  "<script>window.pwned=1</script>",
  "</script><script>window.pwned=1</script>",
  "<img src=x onerror=window.pwned=1>",
  "\"><svg onload=window.pwned=1>",
  "' onmouseover='window.pwned=1",
  "</td></tr></table><iframe src=javascript:window.pwned=1>",
  "<!--", "]]>", "</style><style>*{display:none}</style>", "<base href=http://127.0.0.1:9/>",
  "<link rel=stylesheet href=http://127.0.0.1:9/x.css>", "<meta http-equiv=refresh content=0>",
  "&lt;b&gt;&#x41;", "{{7*7}}${7*7}", "javascript:alert(1)", "=HYPERLINK(\"http://127.0.0.1:9\")",
  "\u001b[31mred\u001b[0m", "\u202eright to left", "\u0000nothing", "مستشفى جامعي", "病院", "👩‍⚕️ Clinic", "x".repeat(5000),
];

const ROLES = [
  ["workflow-redesign-specialist", "short-term"], ["clinician-practitioner-consultant", "short-term"],
  ["implementation-support-specialist", "short-term"], ["implementation-manager", "short-term"],
  ["technical-software-support-staff", "short-term"], ["trainer", "short-term"],
  ["clinician-public-health-leader", "university"], ["him-exchange-specialist", "university"],
  ["privacy-security-specialist", "university"], ["research-development-scientist", "research-development"],
  ["programmer-software-engineer", "research-development"], ["health-it-sub-specialist", "research-development"],
];
const PLACES = [
  "Nashville, TN", "Boston, MA", "Remote - US", "TN - Nashville", "London, UK", "Madison, WI", "Seattle, WA", "Austin, TX",
  "Toronto, ON, Canada", "somewhere", "", "Chicago, IL 60601", "Atlanta, GA", "Denver, CO", "New York, NY", "Los Angeles, CA",
];

// A linear congruential generator (Knuth's MMIX) is random enough for rows.
function draws(seed) {
  let state = BigInt(seed);
  return (n) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 33n) % n;
  };
}

const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll("\"", "\"\"")}"` : cell);

/** Writes a CSV file of tagged rows. */
export async function write(path, rows) {
  const draw = draws(1);
  const file = createWriteStream(path);
  file.write("title,company,location,date,closing_date,salary,onc_role,onc_tier,onc_cluster\n");
  for (let n = 0; n < rows; n += 1) {
    const [role, tier] = draw(10) < 2 ? ROLES[draw(ROLES.length)] : ["none", "none"];
    const odd = draw(40) === 0;
    const title = odd ? HOSTILE[draw(HOSTILE.length)] : `Analyst ${draw(30)}`;
    const company = draw(40) === 0 ? HOSTILE[draw(HOSTILE.length)] : `Hospital ${draw(300)} Trust`;
    const day = String(1 + draw(28)).padStart(2, "0");
    const month = String(1 + draw(12)).padStart(2, "0");
    const date = draw(20) === 0 ? "soon" : `${2023 + draw(3)}-${month}-${day}`;
    const salary = draw(3) === 0 ? `$${50 + draw(90)},000 a year` : "";
    const ad = draw(5) === 0 ? n - 1 : n;
    // Markup is taken out of titles and names of employers; a place that can't be read is shown as it is.
    const place = draw(12) === 0 ? HOSTILE[draw(3)] : PLACES[draw(PLACES.length)];
    const cells = [title, company, place, date, "", salary, role, tier, String(Math.max(ad, 0))];
    if (!file.write(`${cells.map(quoted).join(",")}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
}
