import { useSignal } from "@preact/signals";
import type { Store } from "../store";

/** What went wrong, in words; each stays until it is dismissed. */
export function Notices({ store }: { store: Store }) {
  const dismissed = useSignal("");
  const error = store.error.value;
  if (error === "") dismissed.value = "";
  return (
    <div class="xw-notices">
      {error !== "" && error !== dismissed.value && (
        <Notice
          text={error}
          dismiss={() => {
            dismissed.value = error;
          }}
        />
      )}
      {store.notices.value.map(({ id, text }) => (
        <Notice key={id} text={text} dismiss={() => store.dismiss(id)} />
      ))}
      {store.link.value === "silent" && (
        <div class="xw-notice xw-quiet" aria-live="polite">
          <span>
            The kernel does not answer: it is busy, or there is none. What is here stays usable.
          </span>
          <button type="button" onClick={store.connect}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

function Notice({ text, dismiss }: { text: string; dismiss: () => void }) {
  return (
    <div class="xw-notice" role="alert">
      <span>{text}</span>
      <button type="button" aria-label="Dismiss" onClick={dismiss}>
        ✕
      </button>
    </div>
  );
}
