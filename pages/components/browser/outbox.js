/* Edits on their way to the server: one after another, in order, each until it is answered. They are seen at once. */

const RETRY_MS = [250, 500, 1000, 2000, 5000];
const UNSENT = "dscore-unsent-edits";

/** The card as one edit leaves it; the server says later what it truly became. */
function edited(card, edit) {
  const removed = new Set(edit.remove ?? []);
  let tags = card.tags.filter(([name]) => !removed.has(name));
  const known = new Set(tags.map(([name]) => name));
  tags = tags.concat((edit.add ?? []).filter((name) => !known.has(name)).map((name) => [name, "general"]));
  return { ...card, tags, prose: edit.prose ?? card.prose, mark: edit.mark ?? card.mark, stars: edit.stars ?? card.stars };
}

class Outbox {
  /** `onAnswer(cards)`, `onConflicts(conflicts, edits)`, `onRefusal(sentence)`, `onState(waiting, failures)`. */
  constructor(handlers) {
    Object.assign(this, handlers);
    this.client = crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now();
    this.seq = 0;
    this.waiting = this.left();
    this.failures = 0;
    this.idle = [];
    this.onHide = () => this.flush();
    this.onUnload = (event) => this.waiting.length && this.failures && event.preventDefault();
    window.addEventListener("pagehide", this.onHide);
    window.addEventListener("beforeunload", this.onUnload);
    if (this.waiting.length) this.drain();
  }

  /** What a reload left unanswered. Sent again it is done once: the server knows each edit by its client and number. */
  left() {
    try {
      return JSON.parse(sessionStorage.getItem(UNSENT) ?? "[]");
    } catch {
      return [];
    }
  }

  keep() {
    try {
      if (this.waiting.length) sessionStorage.setItem(UNSENT, JSON.stringify(this.waiting));
      else sessionStorage.removeItem(UNSENT);
    } catch {
      // A browser that keeps nothing only loses what a reload would have saved.
    }
    this.onState(this.waiting.length, this.failures);
  }

  push(dataset, edits) {
    this.waiting.push({ client: this.client, seq: ++this.seq, dataset, edits });
    this.keep();
    if (!this.sending) this.drain();
  }

  /** The card with all that waits for it. */
  seen(card) {
    return this.waiting
      .flatMap((entry) => entry.edits)
      .filter((edit) => edit.item === card.id)
      .reduce(edited, card);
  }

  /** Resolves when all is answered. */
  settled() {
    return this.waiting.length ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve();
  }

  async drain() {
    this.sending = true;
    while (this.waiting.length && !this.closed) {
      const entry = this.waiting[0];
      const response = await this.post(entry);
      if (response === null) {
        this.failures += 1;
        this.onState(this.waiting.length, this.failures);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1]));
        continue;
      }
      this.failures = 0;
      this.waiting.shift();
      this.keep();
      this.take(entry, response);
    }
    this.sending = false;
    this.idle.splice(0).forEach((resolve) => resolve());
  }

  /** The answer; null where there is none, or one that may be better later. */
  async post(entry) {
    try {
      const response = await fetch("/api/edits", this.request(entry));
      if (response.status === 429 || (response.status >= 502 && response.status <= 504)) return null;
      const answer = await response.json().catch(() => ({}));
      return { ok: response.ok || response.status === 409, answer };
    } catch {
      return null;
    }
  }

  request(entry) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify(entry);
    return { method: "POST", headers, body, keepalive: body.length < 60_000 };
  }

  take(entry, { ok, answer }) {
    if (!ok) return this.onRefusal(answer.error ?? "The server could not do this edit.", entry.edits);
    this.onAnswer(answer.items ?? []);
    if (answer.conflicts?.length) this.onConflicts(answer.conflicts, this.withdrawn(answer.conflicts, entry.edits));
  }

  /** The edits that met a conflict, with those that wait behind them for the same pictures: their person decides first. */
  withdrawn(conflicts, edits) {
    const items = new Set(conflicts.map((conflict) => conflict.item));
    const met = edits.filter((edit) => items.has(edit.item));
    for (const entry of this.waiting) {
      met.push(...entry.edits.filter((edit) => items.has(edit.item)));
      entry.edits = entry.edits.filter((edit) => !items.has(edit.item));
    }
    this.waiting = this.waiting.filter((entry) => entry.edits.length);
    this.keep();
    return met;
  }

  /** The tab closes: what waits goes out at once. The server puts it behind the client's own earlier edits. */
  flush() {
    for (const entry of this.waiting.slice(this.sending ? 1 : 0)) fetch("/api/edits", this.request(entry)).catch(() => {});
  }

  close() {
    this.closed = true;
    window.removeEventListener("pagehide", this.onHide);
    window.removeEventListener("beforeunload", this.onUnload);
    this.flush();
  }
}
