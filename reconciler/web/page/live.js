
// An unchanged page costs one 304 every two seconds, and nothing while nobody looks.
const EVERY = 2000;
let version = "";
let looked = 0;
let ahead = 0; // of the browser's clock is the loop's
const connection = document.createElement("p");
connection.className = "connection bad";
connection.setAttribute("role", "status");
document.body.prepend(connection);

// -- time --------------------------------------------------------------------------------------------------------
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function fromNow(milliseconds) {
  const seconds = (milliseconds - Date.now() - ahead) / 1000;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return relative.format(Math.trunc(seconds / size), unit);
}

function tick() {
  for (const time of document.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    time.title = at.toLocaleString();
    time.dataset.relative = fromNow(at.getTime());
  }
  const last = document.getElementById("looked");
  if (last) last.textContent = looked ? fromNow(looked) : "";
}

// -- logs of runs ------------------------------------------------------------------------------------------------
const logs = new Map(); // run → {open, over, text}

function paint(run) {
  const item = document.querySelector(`[data-run="${CSS.escape(run)}"]`);
  if (!item) return;
  const told = logs.get(run);
  item.querySelector(".logs")?.setAttribute("aria-expanded", String(told.open));
  let box = item.querySelector("pre");
  if (!told.open) {
    box?.remove();
    return;
  }
  if (!box) {
    box = document.createElement("pre");
    box.tabIndex = 0;
    box.setAttribute("role", "log");
    box.setAttribute("aria-label", `log of ${run}`);
    item.append(box);
  }
  if (box.textContent === told.text) return;
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  box.textContent = told.text;
  if (atEnd) box.scrollTop = box.scrollHeight;
}

async function read(run) {
  const told = logs.get(run);
  if (!told?.open || told.over || document.hidden) return;
  const answer = await fetch(`/logs/${encodeURIComponent(run)}`, { cache: "no-store" });
  if (answer.status === 200) {
    const { lines, notes, error, over } = await answer.json();
    const said = lines.map(({ at, container, text }) => `${at}  ${container ? `${container} | ` : ""}${text}`);
    said.push(...notes.map((note) => `no log of ${note}`), ...(error ? [error] : []));
    told.text = said.join("\n") || "nothing was written";
    told.over = over;
  } else if (answer.status === 404) {
    told.text = (await answer.text()).trim();
    told.over = true;
  }
  paint(run);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.logs");
  if (!button) return;
  const run = button.closest("[data-run]").dataset.run;
  const told = logs.get(run) ?? { open: false, over: false, text: "…" };
  told.open = !told.open;
  logs.set(run, told);
  paint(run);
  read(run).catch(() => {});
});

// -- the page itself ---------------------------------------------------------------------------------------------
const keyOf = (element) => element?.dataset?.key ?? (element?.dataset?.word && `${element.dataset.axis}:${element.dataset.word}`);

function replace(page) {
  const field = document.getElementById("filter");
  const kept = { text: field.value, key: keyOf(document.activeElement), caret: field.selectionStart };
  const typing = document.activeElement === field;
  const words = pressed().map(keyOf);
  const states = new Map([...document.querySelectorAll("summary[data-key]")].map((each) => [keyOf(each), each.parentElement.open]));
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.title = page.title;
  for (const each of document.querySelectorAll("summary[data-key]")) {
    if (states.has(keyOf(each))) each.parentElement.open = states.get(keyOf(each));
  }
  for (const button of document.querySelectorAll("button[data-word]")) {
    if (words.includes(keyOf(button))) button.setAttribute("aria-pressed", "true");
  }
  for (const run of logs.keys()) paint(run);
  const next = document.getElementById("filter");
  next.value = kept.text;
  show(); // what is hidden takes no focus
  if (typing) {
    next.focus({ preventScroll: true });
    next.setSelectionRange(kept.caret, kept.caret);
  } else if (kept.key) {
    const again = [...document.querySelectorAll("[data-key], [data-word]")].find((each) => keyOf(each) === kept.key);
    again?.focus({ preventScroll: true });
  }
}

async function refresh() {
  // whoever is copying something is not disturbed
  if (document.hidden || !getSelection().isCollapsed) return;
  let trouble = "";
  try {
    const answer = await fetch("/", { cache: "no-store", headers: version ? { "If-None-Match": version } : {} });
    if (answer.status === 200) {
      version = answer.headers.get("ETag");
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } else if (answer.status !== 304) {
      trouble = `the loop answers ${answer.status}`;
    }
    ahead = Date.parse(answer.headers.get("Now")) - Date.now() || 0;
    looked = Date.parse(answer.headers.get("Last-Pass")) || looked;
    await Promise.all([...logs.keys()].map(read));
  } catch {
    trouble = "the loop does not answer; this is how it was";
  }
  connection.textContent = trouble;
  tick();
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
tick();
refresh();
