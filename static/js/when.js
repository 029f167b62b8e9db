// Puts the reader's own city first in the when block. Every hour was computed on the server and is in the page;
// this only picks one. Whoever chose a city (?tz=) keeps it.
"use strict";
for (const block of document.querySelectorAll("[data-when]:not([data-chosen])")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  const cities = [...block.querySelectorAll("li[data-zone]")];
  const last = (name) => name.split("/").pop();
  const offset = -new Date(block.dataset.at * 1000).getTimezoneOffset();
  const alike = cities.filter((city) => Number(city.dataset.offset) === offset);
  const mine =
    cities.find((city) => city.dataset.zone === zone) ||
    // Browsers keep old names: America/Buenos_Aires for America/Argentina/Buenos_Aires.
    alike.find((city) => last(city.dataset.zone) === last(zone)) ||
    alike.find((city) => city.dataset.zone === block.dataset.zone) ||
    alike.find((city) => "usual" in city.dataset) ||
    alike[0];
  if (mine && mine.dataset.zone !== block.dataset.zone) {
    const put = (name, words) => (block.querySelector(`p [data-${name}]`).textContent = words);
    const [city, distance] = [mine.querySelector("a").textContent, mine.querySelector(".offset").textContent];
    const organisersDay = block.querySelector(".when-date [data-date]").textContent;
    block.querySelector("[data-organiser-date]").hidden = organisersDay === mine.dataset.date;
    put("date", mine.dataset.date);
    put("hour", mine.querySelector(".hour").textContent.split(" ").pop());
    put("place", city === distance ? city : `${city} (${distance})`);
    block.querySelector("[data-organiser]").hidden = false;
    block.querySelector("[data-same]").hidden = true;
  }
}
