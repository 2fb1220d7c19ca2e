// @ts-check
// Sending something so that nothing typed is lost: the page says for whom it was made; where the
// session has ended it asks to sign in and sends the same once more; a token too old is renewed
// once; what did not arrive is a NotSent with a sentence. The server's side is accounts/sending.py.

import { isSignedOut, pageHeaders, takeToken } from "./page.js";
import { signInAgain } from "./sign-in-again.js";

const BASE_PATIENCE_MS = 60000;
const SLOWEST_BYTES_PER_MS = 8;
const AWAY = [502, 503, 504];

export const SENTENCES = {
  offline: "没有网络，您填写的内容还在这一页，联网后请再发一次。",
  kept: "没有网络，已保存在手机上，联网后请再按提交。",
  keptHere: "没有网络，已保存在本机上，联网后请再按提交。",
  late: "等了很久没有回音。您填写的内容都在，请再发一次；已经收到的不会重复。",
  away: "系统正在恢复，这一次没有收下。您填写的内容都在，请过半分钟再发一次。",
  broken: "系统这一步没有办成，您填写的内容都在。请过一会儿再发一次；仍不行请打电话告诉我们。",
  signedOut: "登录已结束，这一次没有发送。您填写的内容都在，登录后再发一次。",
};

export class NotSent extends Error {
  /** @param {keyof typeof SENTENCES} why */
  constructor(why) {
    super(SENTENCES[why]);
    this.why = why;
  }
}

/** @param {BodyInit} body */
function patienceFor(body) {
  let bytes = 0;
  if (body instanceof FormData) for (const [, part] of body) bytes += part instanceof File ? part.size : 0;
  return BASE_PATIENCE_MS + bytes / SLOWEST_BYTES_PER_MS;
}

/** @param {string} url @param {() => BodyInit} body @param {Record<string, string>} headers */
async function once(url, body, headers) {
  const sent = body();
  try {
    return await fetch(url, { method: "POST", body: sent, headers: { ...headers, ...pageHeaders() }, signal: AbortSignal.timeout(patienceFor(sent)) });
  } catch (error) {
    throw new NotSent(error instanceof DOMException && error.name === "TimeoutError" ? "late" : "offline");
  }
}

/** POSTs; the answer is whatever the server had to say about it. Raises NotSent. @param {string} url @param {() => BodyInit} body made anew for every try @param {Record<string, string>} [headers] @returns {Promise<Response>} */
export async function send(url, body, headers = {}) {
  let isRenewed = false;
  for (;;) {
    const answer = await once(url, body, headers);
    takeToken(answer.headers.get("X-Qijie-Token"));
    if (isSignedOut(answer.status, answer.headers.get("X-Qijie-Who"))) {
      if (!(await signInAgain())) throw new NotSent("signedOut");
    } else if (answer.status === 403 && answer.headers.has("X-Qijie-Again") && !isRenewed) isRenewed = true;
    else if (AWAY.includes(answer.status)) throw new NotSent("away");
    else if (answer.status >= 500) throw new NotSent("broken");
    else return answer;
  }
}
