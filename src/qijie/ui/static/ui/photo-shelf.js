// @ts-check
// Photos of a form that the server does not have yet, kept on the device (IndexedDB) under the
// form's draft and for the person the page was made for. They go with the draft, on signing out,
// and when somebody else signs in. A device that keeps nothing costs the photos only on a reload.

import { madeFor } from "./page.js";

const NAME = "qijie";
const SHELF = "photos";
const KEPT_DAYS = 7;
const GONE = "qijie.gone";

/** @typedef {{ owner: string, draft: string, at: number, photos: File[] }} Kept */

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
    asked.onblocked = () => failed(new Error("blocked"));
  });
}

/** @template T @param {IDBTransactionMode} mode @param {(shelf: IDBObjectStore) => IDBRequest<T> | void} act @returns {Promise<T | undefined>} undefined where nothing can be kept */
async function on(mode, act) {
  try {
    const base = await opened();
    return await new Promise((done, failed) => {
      const turn = base.transaction(SHELF, mode);
      const asked = act(turn.objectStore(SHELF));
      turn.oncomplete = () => {
        base.close();
        done(asked?.result);
      };
      turn.onerror = turn.onabort = () => {
        base.close();
        failed(turn.error);
      };
    });
  } catch {
    return undefined;
  }
}

/** @param {string} draft */
const keyOf = (draft) => `${madeFor() ?? ""} ${draft}`;

/** @param {string} draft @param {File[]} photos */
export async function keepPhotos(draft, photos) {
  if (photos.length === 0) return forgetPhotos(draft);
  await clearNoted();
  /** @type {Kept} */
  const kept = { owner: madeFor() ?? "", draft, at: Date.now(), photos };
  return on("readwrite", (shelf) => void shelf.put(kept, keyOf(draft)));
}

/** @param {string} draft @returns {Promise<File[]>} */
export async function keptPhotos(draft) {
  await clearNoted();
  const kept = await on("readonly", (shelf) => shelf.get(keyOf(draft)));
  return /** @type {Kept | undefined} */ (kept)?.photos ?? [];
}

/** Noted first: the next page finishes what leaving this one may cut short. @param {string} draft */
export function forgetPhotos(draft) {
  note([...noted(), keyOf(draft)]);
  return clearNoted();
}

async function clearNoted() {
  const keys = noted();
  if (keys.length === 0) return;
  await on("readwrite", (shelf) => keys.forEach((key) => shelf.delete(key)));
  note(noted().filter((key) => !keys.includes(key)));
}

/** @returns {string[]} */
function noted() {
  try {
    return JSON.parse(sessionStorage.getItem(GONE) ?? "[]");
  } catch {
    return [];
  }
}

/** @param {string[]} keys */
function note(keys) {
  try {
    if (keys.length > 0) sessionStorage.setItem(GONE, JSON.stringify(keys));
    else sessionStorage.removeItem(GONE);
  } catch {
    // Where nothing can be noted, nothing was kept.
  }
}

/** What is too old, and what another member of staff left; everything of theirs on signing out. @param {boolean} [all] */
export async function sweepPhotos(all = false) {
  await clearNoted();
  const who = madeFor() ?? "";
  const oldest = Date.now() - KEPT_DAYS * 86400000;
  return on("readwrite", (shelf) => {
    shelf.openCursor().onsuccess = (event) => {
      const cursor = /** @type {IDBRequest<IDBCursorWithValue | null>} */ (event.target).result;
      if (!cursor) return;
      const { owner, at } = /** @type {Kept} */ (cursor.value);
      const isAnothers = owner !== "" && (all || (who !== "" && owner !== who));
      if (isAnothers || at < oldest) cursor.delete();
      cursor.continue();
    };
  });
}
