// The button says what it does: how many sessions, or the whole series. Without this it says "Register".
"use strict";
const button = document.querySelector("button[data-many]");
const say = () => {
  const { form, dataset } = button;
  const count = form.querySelectorAll("[name=sessions]:checked").length;
  const whole = form.elements.whole_series.checked;
  button.textContent = whole ? dataset.whole : count === 1 ? dataset.one : count ? dataset.many.replace("#", count) : dataset.plain;
};
button.form.addEventListener("change", say);
say();
