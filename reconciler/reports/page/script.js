"use strict";
const pressed = () => [...document.querySelectorAll('button[data-word][aria-pressed="true"]')];

function apply() {
  const words = document.getElementById("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = {};
  for (const button of pressed()) (chosen[button.dataset.axis] ??= []).push(button.dataset.word);
  const entries = [...document.querySelectorAll("[data-words]")];
  let count = 0;
  for (const entry of entries) {
    const has = entry.dataset.words.split(" ");
    const fits = Object.values(chosen).every((any) => any.some((word) => has.includes(word)));
    const text = fits && words.length ? entry.textContent.toLowerCase() : "";
    entry.hidden = !fits || !words.every((word) => text.includes(word));
    count += entry.hidden ? 0 : 1;
  }
  document.getElementById("shown").textContent = `${count} of ${entries.length} entries`;
}

function show() {
  document.querySelector("form").hidden = false;
  apply();
}

document.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("input", (event) => event.target.id === "filter" && apply());
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-word]");
  if (!button) return;
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  apply();
});
show();
