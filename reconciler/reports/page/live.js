
// An unchanged page costs one 304 every two seconds, and nothing while nobody looks.
const EVERY = 2000;
let version = "";
const connection = document.createElement("p");
connection.className = "bad";
connection.setAttribute("role", "status");
document.body.prepend(connection);

const nameOf = (entry) => `${entry.closest("section").querySelector("h2").textContent}/${entry.querySelector("b, code").textContent}`;

function replace(page) {
  const field = document.getElementById("filter");
  const kept = { text: field.value, focus: document.activeElement, caret: field.selectionStart };
  const words = pressed().map((button) => [button.dataset.axis, button.dataset.word]);
  const states = new Map([...document.querySelectorAll("details")].map((entry) => [nameOf(entry), entry.open]));
  const focused = kept.focus.dataset?.word;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.title = page.title;
  for (const entry of document.querySelectorAll("details")) {
    if (states.has(nameOf(entry))) entry.open = states.get(nameOf(entry));
  }
  for (const button of document.querySelectorAll("button[data-word]")) {
    const chosen = words.some(([axis, word]) => axis === button.dataset.axis && word === button.dataset.word);
    button.setAttribute("aria-pressed", String(chosen));
    if (focused === button.dataset.word) button.focus();
  }
  const next = document.getElementById("filter");
  next.value = kept.text;
  if (kept.focus === field) {
    next.focus();
    next.setSelectionRange(kept.caret, kept.caret);
  }
  show();
}

async function refresh() {
  if (document.hidden) return;
  let trouble = "";
  try {
    const answer = await fetch("/", { cache: "no-store", headers: version ? { "If-None-Match": version } : {} });
    if (answer.status === 200) {
      version = answer.headers.get("ETag");
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } else if (answer.status !== 304) {
      trouble = `the loop answers ${answer.status}`;
    }
  } catch {
    trouble = "the loop does not answer; this is how it was";
  }
  connection.textContent = trouble;
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
refresh();
