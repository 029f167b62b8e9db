// Fetches the next code when this one ends; a failed try comes again, and a code that is over looks so.
"use strict";
const room = document.getElementById("room");
let timer;
const turn = () => {
  const seconds = Number(room.dataset.seconds);
  const bar = room.querySelector(".room-turn span");
  if (bar) {
    bar.style.width = `${(seconds / 60) * 100}%`;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      bar.style.transition = `width ${seconds}s linear`;
      bar.style.width = "0";
    }));
  }
  clearTimeout(timer);
  timer = setTimeout(next, seconds * 1000 + 300);
};
const next = async () => {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.redirected || !answer.ok) throw new Error();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("room");
    const digits = (from) => from.querySelector(".room-digits");
    if (digits(room) && digits(fresh)) digits(room).textContent = digits(fresh).textContent;
    else room.replaceChildren(...fresh.childNodes);
    room.dataset.seconds = fresh.dataset.seconds;
    room.classList.remove("room-stale");
    const bar = room.querySelector(".room-turn span");
    if (bar) bar.style.transition = "none";
    turn();
  } catch {
    room.classList.add("room-stale");
    timer = setTimeout(next, 3000);
  }
};
// A laptop that slept shows an old code: ask at once.
document.addEventListener("visibilitychange", () => document.hidden || next());
turn();
