// The door's page, taken over: every press is noted on this device first and told when the network allows.
// Without this file, or where the browser keeps nothing, the page's forms do the same with a network.
(async () => {
  "use strict";
  const root = document.getElementById("door");
  const store = window.doorStore;
  if (!root || !store || !crypto.randomUUID) return;
  const { session, events: EVENTS, list: LIST, worker: WORKER, door: DOOR } = root.dataset;
  const words = {};
  for (const { dataset, textContent } of document.querySelectorAll("#door-words [data-word]"))
    words[dataset.word] = textContent.trim();
  const MOST_SHOWN = 30, AT_ONCE = 50, RETRY = 5000, LOOK = 20000, PASS_LASTS = 50000;
  const $ = (id) => document.getElementById(id);
  const say = (word, values = {}) => words[word].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const hour = (moment) =>
    new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: root.dataset.zone });
  const LETTERS = { ø: "o", ł: "l", đ: "d", ß: "ss", æ: "ae", œ: "oe", ı: "i" };
  const fold = (text) =>
    text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[øłđßæœı]/g, (one) => LETTERS[one]).trim();

  let kept = { session, until: 0, csrf: "", expected: 0, digest: "", people: [] };
  let people = new Map(), online = navigator.onLine, signedOut = false, busy = false, again = false, stale = false, shown = "", size = AT_ONCE;
  // Given with an answer, for a minute: the next ones are answered sooner. It is in no store.
  let pass = "", passUntil = 0;

  // --- What is known ---------------------------------------------------------------------------------------------
  async function queue() {
    return (await store.queued(session)).map((row) => row.event);
  }

  function load(known) {
    people = new Map();
    for (const [pk, name, mark, since, events] of known.people)
      people.set(pk, { pk, name, mark, since, folded: fold(name), events: new Set(events) });
  }

  const keyOf = ({ kind, id }) => `${kind.endsWith("walk_in") ? "walk_in" : "scan"}:${id}`;

  function apply(event) {
    const key = keyOf(event);
    if (event.kind === "walk_in" && ![...people.values()].some((one) => one.events.has(key))) {
      const name = event.full_name;
      people.set(event.id, { pk: event.id, name, mark: "walk_in", since: event.at, folded: fold(name), events: new Set([key]), kept: true });
    }
    const one = [...people.values()].find((person) => person.events.has(key)) || people.get(event.registration);
    if (!one) return;
    if (event.kind.startsWith("undo")) {
      one.events.delete(key);
      if (!one.events.size) one.since = 0;
    } else {
      one.events.add(key);
      one.since = one.since || event.at;
    }
  }

  async function look() {
    const answer = await fetch(`${LIST}?have=${kept.digest}`, { redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 403) return leave("signed_out");
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.json();
    if (!said.until) return leave("over");
    signedOut = false;
    // By this device's own clock.
    const until = said.until - said.now + Date.now();
    kept = { ...kept, ...said, until, people: said.people || kept.people, session };
    await store.keepNames(kept);
    load(kept);
    (await queue()).forEach(apply);
    setTimeout(expire, Math.min(kept.until - Date.now(), 2 ** 31 - 1));
  }

  async function leave(why) {
    signedOut = why === "signed_out";
    kept = { ...kept, until: 0, digest: "", people: [] };
    people = new Map();
    await store.forgetNames();
    draw();
  }

  const expire = () => kept.until && kept.until <= Date.now() && leave("over");

  // --- What is told ----------------------------------------------------------------------------------------------
  async function send(events) {
    const sent = Date.now();
    const body = JSON.stringify({ sent, events });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": kept.csrf };
    if (sent < passUntil) headers["X-Pass"] = pass;
    const answer = await fetch(EVENTS, { method: "POST", headers, body, redirect: "manual" });
    if (answer.type === "opaqueredirect") await leave("signed_out");
    if (answer.status === 400 && events.length === 1) return [{ state: "invalid" }];
    if (answer.status === 400) size = 1;
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.json();
    if (said.pass) [pass, passUntil] = [said.pass, sent + PASS_LASTS];
    return said.answers;
  }

  async function tell() {
    if (busy) return void (again = true);
    busy = true;
    try {
      // A page that was kept may hold a token of yesterday.
      if (!kept.csrf || !online) await look();
      for (let waiting; (waiting = (await queue()).slice(0, size)).length && !signedOut; ) {
        const answers = await send(waiting);
        answers.forEach((answer, number) => heard(waiting[number], answer));
        await store.told(waiting.map((event) => `${event.kind}:${event.id}`));
      }
      if (stale) await look();
      stale = false;
      online = true;
    } catch (trouble) {
      online = false;
      if (trouble.message === "403") kept.csrf = "";
      setTimeout(tell, RETRY);
    }
    busy = false;
    draw();
    if (again) {
      again = false;
      tell();
    }
  }

  function heard(event, answer) {
    const undo = event.kind.startsWith("undo");
    if (answer.state === "refused" || answer.state === "invalid") {
      const one = people.get(event.registration);
      if (one) apply({ ...event, kind: "undo" });
      result("refused", one ? one.name : event.full_name || "", say(answer.why || "invalid"));
      return;
    }
    if (event.kind === "walk_in") people.delete(event.id);
    if (!answer.registration) return;
    const known = people.get(answer.registration) || { pk: answer.registration, events: new Set(), mark: "" };
    Object.assign(known, { name: answer.name, folded: fold(answer.name), since: answer.since });
    if (undo || answer.state !== "in") known.events.delete(keyOf(event));
    else known.events.add(keyOf(event));
    people.set(known.pk, known);
    // Another device checked the same person in: its number is not known here yet. Or more are expected than were.
    stale = stale || (undo && answer.state === "in") || event.kind.endsWith("walk_in") || Boolean(answer.mark);
    if (shown === event.id && !undo && answer.state === "in") admitted(known, answer.mark, answer.again);
  }

  async function note(event) {
    await store.enqueue(session, event);
    apply(event);
    draw();
    tell();
  }

  // --- Acts ------------------------------------------------------------------------------------------------------
  function checkIn(one, badge) {
    const event = { id: crypto.randomUUID(), kind: "check_in", at: Date.now(), ...(one ? { registration: one.pk } : {}), ...(badge ? { badge } : {}) };
    shown = event.id;
    if (one) admitted(one, one.mark, Boolean(one.since), one.since || event.at);
    else result("unknown", "", say("looked_up"));
    note(event);
  }

  function undo(one) {
    const at = Date.now();
    for (const key of [...one.events]) {
      const [kind, id] = key.split(":");
      note(kind === "scan" ? { id, kind: "undo", at, registration: one.pk } : { id, kind: "undo_walk_in", at });
    }
    shown = "";
    result("undone", one.name, say("undone"));
  }

  // A badge says whose it is before its signature; whether it is ours, the server says.
  window.doorScanned = (text) => {
    const [, badge, pk] = text.match(/\/b\/((\d+)-\d+\.[\w-]+)\/?$/) || [];
    if (!badge) return result("refused", "", say("unknown"));
    checkIn(people.get(Number(pk)), badge);
  };

  // --- What is seen ----------------------------------------------------------------------------------------------
  function result(kind, name, text, marked, act) {
    const card = $("door-result-row").content.cloneNode(true);
    const classes = { in: marked ? "is-marked" : "is-in", refused: "is-refused", undone: "is-undone", unknown: "is-undone" };
    card.querySelector(".door-result").classList.add(classes[kind]);
    card.querySelector(".door-result-name").textContent = name;
    card.querySelector(".door-result-text").textContent = text;
    const button = card.querySelector("button");
    if (act) {
      button.querySelector(".door-name").textContent = ` ${name}`;
      button.onclick = act;
    } else button.remove();
    const chip = card.querySelector(".chip");
    if (marked) chip.textContent = marked;
    else chip.remove();
    $("door-result").replaceChildren(card);
    $("door-result").scrollIntoView({ block: "nearest" });
  }

  function admitted(one, mark, before, since = one.since) {
    const text = before ? say("again", { hour: hour(since) }) : say("checked");
    result("in", one.name, text, mark && say(mark), () => undo(one));
  }

  function row(one) {
    const item = $(one.since ? "door-row-in" : "door-row-out").content.cloneNode(true);
    item.querySelector("strong").textContent = one.name;
    item.querySelectorAll(".door-name").forEach((name) => (name.textContent = ` ${one.name}`));
    if (one.since) {
      item.querySelector(".door-hour").textContent = say("since", { hour: hour(one.since) });
      item.querySelector("button").onclick = () => undo(one);
    } else {
      const chip = item.querySelector(".chip");
      if (one.mark) chip.textContent = say(one.mark);
      else chip.remove();
      item.querySelector("button").onclick = () => checkIn(one);
    }
    return item;
  }

  function find(text) {
    const asked = fold(text).split(/\s+/).filter(Boolean);
    if (asked.join(" ").length < 2) return [];
    const begins = ({ folded }) => asked.every((word) => ` ${folded}`.includes(` ${word}`));
    const found = [...people.values()].filter(({ folded }) => asked.every((word) => folded.includes(word)));
    return found.sort((a, b) => begins(b) - begins(a) || a.folded.localeCompare(b.folded)).slice(0, MOST_SHOWN);
  }

  async function draw() {
    const waiting = (await queue()).length;
    const state = signedOut ? "signed_out" : waiting && !online ? "to_send" : !kept.until && online ? "over" : online ? "" : "offline";
    root.dataset.waiting = waiting;
    $("door-net").textContent = state && say(state, { n: waiting });
    $("door-net").hidden = !state;
    if (!kept.until) return $("door-list")?.replaceChildren();
    const all = [...people.values()];
    document.querySelector(".door-came").textContent = all.filter((one) => one.since).length;
    const more = all.filter((one) => one.kept).length;
    document.querySelector(".door-expected").textContent = say("expected", { n: kept.expected + more });
    $("door-kept").textContent = say("kept", { n: all.length, hour: hour(kept.until) });
    if (!$("door-q")) return;
    const asked = $("door-q").value;
    const found = find(asked);
    $("door-list").replaceChildren(...found.map(row));
    $("door-none").hidden = found.length > 0 || fold(asked).length < 2;
  }

  function take() {
    $("door-q").oninput = draw;
    $("door-search").onsubmit = (event) => {
      event.preventDefault();
      draw();
    };
    const walkIn = $("door-walk-in").querySelector("form");
    walkIn.onsubmit = (event) => {
      event.preventDefault();
      const said = Object.fromEntries(new FormData(walkIn));
      delete said.csrfmiddlewaretoken;
      delete said.event;
      if (!said.full_name.trim() || !walkIn.checkValidity()) return walkIn.reportValidity();
      const told = { ...said, id: crypto.randomUUID(), kind: "walk_in", at: Date.now() };
      note(told);
      admitted(people.get(told.id) || { name: said.full_name, events: new Set([`walk_in:${told.id}`]) }, "walk_in", false, told.at);
      walkIn.reset();
      $("door-walk-in").open = false;
    };
  }

  async function goOut(event) {
    event.preventDefault();
    if ((await queue()).length && event.target.dataset.warned !== "yes") {
      event.target.dataset.warned = "yes";
      return result("refused", "", say("unsent", { n: (await queue()).length }));
    }
    await leave("over");
    const workers = await navigator.serviceWorker?.getRegistrations();
    await Promise.all((workers || []).filter((one) => one.scope.endsWith(DOOR)).map((one) => one.unregister()));
    for (const name of await caches.keys()) if (name.startsWith("door:")) await caches.delete(name);
    if (event.target.action) HTMLFormElement.prototype.submit.call(event.target);
    else location.assign(root.dataset.leave);
  }

  // --- The beginning ---------------------------------------------------------------------------------------------
  let known;
  try {
    known = await store.names(session);
    await store.queued(session);
  } catch {
    return;
  }
  if (known && known.until > Date.now()) {
    kept = known;
    load(kept);
    (await queue()).forEach(apply);
  }
  try {
    await look();
  } catch {
    online = false;
  }
  if ($("door-q") && (kept.until || !online)) take();
  $("door-out").onsubmit = goOut;
  $("door-forget").hidden = false;
  $("door-forget").onclick = goOut;
  root.dataset.taken = "yes";
  window.addEventListener("online", tell);
  document.addEventListener("visibilitychange", () => document.hidden || tell());
  setInterval(() => {
    if (document.hidden || busy) return;
    look().then(tell, () => {
      online = false;
      draw();
    });
  }, LOOK);
  if (navigator.serviceWorker) navigator.serviceWorker.register(WORKER).catch(() => {});
  draw();
  tell();
})();
