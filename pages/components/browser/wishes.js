/* What the gallery wants of Python and of the server: asked again, or one after another, until there is an answer. */

const ANSWER_MS = 5000;

/** Wishes for Python, one at a time: Streamlit forgets an event that comes while it works on the one before. */
class Wishes {
  constructor(send) {
    this.sendOne = send;
    this.waiting = [];
  }

  send(wish) {
    this.waiting.push(wish);
    if (this.waiting.length === 1) this.next();
  }

  next() {
    const number = (this.number = Date.now());
    this.sendOne({ ...this.waiting[0], number });
    setTimeout(() => this.answered(number), ANSWER_MS);
  }

  answered(number) {
    if (number !== this.number) return;
    this.number = null;
    this.waiting.shift();
    if (this.waiting.length) this.next();
  }
}

/** What the server answers, however long it is away; null where it refuses, or nobody wants to know any more. */
async function fetched(url, { signal, say }) {
  for (let pause = 300; !signal.aborted; pause = Math.min(5000, pause * 2)) {
    try {
      const response = await fetch(url, { signal });
      const answer = await response.json();
      if (response.ok) return answer;
      say(answer.error ?? "The server could not show these pictures.", { lasting: true });
      return null;
    } catch {
      if (signal.aborted) return null;
      say("The server does not answer. Trying again …", { lasting: true });
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (!signal.aborted) say("");
    }
  }
  return null;
}

/** Say in the page's address what is shown, "" for nothing; in just the words that Python will use, so that Streamlit adds no second step back. */
function pushAddress(values) {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) value ? search.set(name, value) : search.delete(name);
  const words = search.toString().replaceAll("*", "%2A").replaceAll("%7E", "~");
  const address = location.pathname + (words && `?${words}`);
  if (address !== location.pathname + location.search) history.pushState({}, "", address);
}
