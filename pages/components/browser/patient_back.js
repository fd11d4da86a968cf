/* Back waits until Python is through with what was done just before: it would answer that after the step, and undo the step. */

const PATIENCE_MS = 5000;
const ASK_MS = 30;

class PatientBack {
  /** `isUnheard()`: something was done here, and no word from Python has come since; `onStep()` before a step within this page is taken. */
  constructor({ isUnheard, onStep }) {
    Object.assign(this, { isUnheard, onStep });
    // Where a browser lacks this, Back does not wait.
    window.navigation?.addEventListener("navigate", (this.onNavigate = (event) => this.navigated(event)));
  }

  /** Streamlit's word for it: what the script says of the page's address may still be on its way. */
  get isRunning() {
    return ["running", "rerunRequested"].includes(document.querySelector("[data-testid=stApp]")?.dataset.testScriptState);
  }

  navigated(event) {
    if (event.navigationType !== "traverse" || new URL(event.destination.url).pathname !== location.pathname) return;
    const { isAgain } = this;
    const by = event.destination.index - navigation.currentEntry.index;
    const isCover = event.destination.url === location.href; // what lay over the page goes; its address stays
    const isBusy = () => this.isUnheard() || (this.isRunning && !isCover);
    this.forget();
    if (isAgain || !event.cancelable || !isBusy()) return isCover ? undefined : this.onStep();
    event.preventDefault();
    const until = performance.now() + PATIENCE_MS;
    this.asking = setInterval(() => {
      if (isBusy() && performance.now() < until) return;
      this.forget();
      this.isAgain = true;
      history.go(by); // from where the page is by now: what was done just before may have become a step of its own
    }, ASK_MS);
  }

  forget() {
    clearInterval(this.asking);
    this.isAgain = false;
  }

  close() {
    this.forget();
    window.navigation?.removeEventListener("navigate", this.onNavigate);
  }
}
