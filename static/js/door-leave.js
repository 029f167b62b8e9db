// On the pages of the admin: whoever signs out, or has to sign in again, leaves no names of a door on the device.
(() => {
  "use strict";
  const forget = () => {
    const asked = indexedDB.open("door", 1);
    // No door was ever opened here: leave no empty database either.
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onsuccess = () => {
      const database = asked.result;
      const rows = database.transaction("names", "readwrite").objectStore("names");
      if (signedOut) rows.clear();
      else
        rows.openCursor().onsuccess = ({ target: { result: cursor } }) => {
          if (!cursor) return;
          if (cursor.value.until < Date.now()) cursor.delete();
          cursor.continue();
        };
      rows.transaction.oncomplete = () => database.close();
    };
  };
  const popup = document.body.classList.contains("popup");
  let signedOut = document.body.classList.contains("login") || (!popup && !document.getElementById("logout-form"));
  document.getElementById("logout-form")?.addEventListener("submit", () => {
    signedOut = true;
    forget();
  });
  forget();
})();
