// @ts-check
// Danger on the desk: how many urgent matters stand in the page's title, and a short sound for each
// new one. The sound is off until somebody turns it on; the browser remembers it.

const KEY = "urgent-sound";
const SEEN = "urgent-seen";
const TONES = [880, 660, 880];
const TONE_S = 0.16;

/** @type {AudioContext | undefined} */
let audio;

/** Storage may be shut off; then the choice holds for this page. @param {Storage} room @param {string} name */
function kept(room, name) {
  try {
    return room.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/** @param {Storage} room @param {string} name @param {string} value */
function keep(room, name, value) {
  try {
    room.setItem(name, value);
  } catch {
    // Nothing to be done; it is asked again next time.
  }
}

/** Browsers let a page sound only after a press. */
function wake() {
  audio ??= new AudioContext();
  return audio.resume();
}

function ring() {
  if (audio?.state !== "running") return;
  TONES.forEach((pitch, turn) => {
    const tone = new OscillatorNode(/** @type {AudioContext} */ (audio), { frequency: pitch });
    const quiet = new GainNode(/** @type {AudioContext} */ (audio), { gain: 0.2 });
    const from = /** @type {AudioContext} */ (audio).currentTime + turn * TONE_S;
    tone.connect(quiet).connect(/** @type {AudioContext} */ (audio).destination);
    tone.start(from);
    tone.stop(from + TONE_S * 0.8);
  });
}

/** @returns {string[]} */
function urgentNow() {
  const list = document.querySelector("[data-urgent]");
  return (list instanceof HTMLElement && list.dataset.urgent?.split(" ").filter(Boolean)) || [];
}

const title = document.title;
const button = /** @type {HTMLButtonElement | null} */ (document.getElementById("urgent-sound"));
let isOn = kept(localStorage, KEY) === "on";

function show() {
  const ids = urgentNow();
  document.title = ids.length ? `(${ids.length}) ${title}` : title;
  const seen = kept(sessionStorage, SEEN).split(" ");
  if (isOn && ids.some((id) => !seen.includes(id))) ring();
  keep(sessionStorage, SEEN, ids.join(" "));
}

function showChoice() {
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(isOn));
}

button?.addEventListener("click", async () => {
  isOn = !isOn;
  keep(localStorage, KEY, isOn ? "on" : "off");
  showChoice();
  if (!isOn) return;
  await wake();
  ring();
});
if (isOn) {
  for (const press of ["pointerdown", "keydown"]) addEventListener(press, wake, { once: true });
}
document.addEventListener("htmx:afterSettle", show);
showChoice();
show();
