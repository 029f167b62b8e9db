// What a device at the door keeps: the names of one session while its door is open, and what it has not told yet.
(() => {
  "use strict";
  const NAME = "door";

  function opened() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("names", { keyPath: "session" });
        asked.result.createObjectStore("queue", { keyPath: "key" }).createIndex("session", "session");
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function act(store, mode, work) {
    const database = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(store, mode);
        const asked = work(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(asked && asked.result);
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  window.doorStore = {
    names: (session) => act("names", "readonly", (rows) => rows.get(session)),
    keepNames: (kept) => act("names", "readwrite", (rows) => rows.put(kept)),
    // All of them, whatever the session: nobody's name outlives the day at the door.
    forgetNames: () => act("names", "readwrite", (rows) => rows.clear()),
    queued: (session) => act("queue", "readonly", (rows) => rows.index("session").getAll(session)),
    enqueue: (session, event) =>
      act("queue", "readwrite", (rows) => rows.put({ key: `${event.kind}:${event.id}`, session, event })),
    told: (keys) => act("queue", "readwrite", (rows) => keys.forEach((key) => rows.delete(key))),
  };
})();
