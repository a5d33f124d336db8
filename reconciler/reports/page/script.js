"use strict";
const filter = document.getElementById("filter");
const buttons = [...document.querySelectorAll("button[data-word]")];
const entries = [...document.querySelectorAll("[data-words]")];
const shown = document.getElementById("shown");

function apply() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const pressed = {};
  for (const button of buttons) {
    if (button.getAttribute("aria-pressed") === "true") (pressed[button.dataset.axis] ??= []).push(button.dataset.word);
  }
  let count = 0;
  for (const entry of entries) {
    const has = entry.dataset.words.split(" ");
    const fits = Object.values(pressed).every((any) => any.some((word) => has.includes(word)));
    const text = fits && words.length ? entry.textContent.toLowerCase() : "";
    entry.hidden = !fits || !words.every((word) => text.includes(word));
    count += entry.hidden ? 0 : 1;
  }
  shown.textContent = `${count} of ${entries.length} entries`;
}

filter.addEventListener("input", apply);
for (const button of buttons) {
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    apply();
  });
}
document.querySelector("form").hidden = false;
apply();
