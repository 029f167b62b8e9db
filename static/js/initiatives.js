// Asks for initiatives that the page does not carry. Without this its own list is offered, and any spelling is taken.
"use strict";
const field = document.querySelector("input[list=initiatives]");
const known = new Set([...field.list.options].map((option) => option.value));
let wait;
const ask = async () => {
  const answer = await fetch(`${field.list.dataset.more}?q=${encodeURIComponent(field.value)}`).catch(() => null);
  for (const [name, label] of answer?.ok ? await answer.json() : []) {
    if (!known.has(name)) field.list.append(Object.assign(document.createElement("option"), { value: name, label }));
    known.add(name);
  }
};
field.addEventListener("input", () => {
  clearTimeout(wait);
  if (field.value.trim().length > 1) wait = setTimeout(ask, 200);
});
