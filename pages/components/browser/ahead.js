/* The page after this one, read while the person looks at this one: whoever turns it does not wait. */

const AHEAD_MS = 400;
const AHEAD_PICTURES = 60;

class Ahead {
  /** Read what is behind this address after a while, unless another one is asked for first. */
  look(url) {
    if (url === this.url) return;
    this.forget();
    this.url = url;
    const reading = (this.reading = new AbortController());
    this.waiting = setTimeout(async () => {
      const answer = await fetch(url, { signal: reading.signal, priority: "low" })
        .then((response) => (response.ok ? response.json() : null))
        .catch(() => null);
      if (reading.signal.aborted || answer === null) return;
      this.answer = answer;
      this.pictures = answer.items.slice(0, AHEAD_PICTURES).map(({ sha256 }) => element("img", { fetchPriority: "low", src: thumbnail(sha256) }));
    }, AHEAD_MS);
  }

  /** What was behind this address a moment ago, once; null where it was not read. */
  take(url) {
    const answer = url === this.url ? this.answer : null;
    this.forget();
    return answer ?? null;
  }

  forget() {
    clearTimeout(this.waiting);
    this.reading?.abort();
    this.url = this.answer = this.pictures = null;
  }
}
