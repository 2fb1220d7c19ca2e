// @ts-check
// For whom the page was made and which token counts now: what every request of the page says. The
// server's side is accounts/sending.py.

/** @param {string} name */
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? null;

/** Whom this page was made for: an account, "" for a resident, null on a page that does not say. */
export const madeFor = () => meta("made-for");

/** The token that counts now, wherever the page holds one. @param {string | null} token */
export function takeToken(token) {
  if (!token) return;
  document.querySelector('meta[name="csrf-token"]')?.setAttribute("content", token);
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) {
    /** @type {HTMLInputElement} */ (input).value = token;
  }
}

/** What every request of this page says. @returns {Record<string, string>} */
export function pageHeaders() {
  const who = madeFor();
  return { "X-CSRFToken": meta("csrf-token") ?? "", ...(who === null ? {} : { "X-Qijie-Page": who }) };
}

/** Whether an answer says that nobody, or another, is signed in by now. @param {number} status @param {string | null} who */
export const isSignedOut = (status, who) => status === 401 && who !== null;
