import { useSignal } from "@preact/signals";
import { LINKS } from "../kernel/link";
import type { Store } from "../state/store";

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
      <OfTheKernel store={store} />
    </div>
  );
}

function OfTheKernel({ store }: { store: Store }) {
  const state = store.link.value;
  const words = LINKS[state];
  if (!words || store.portable.value) return null;
  return (
    <div class="xw-notice xw-quiet" aria-live="polite">
      <span>{words}</span>
      {state === "silent" && (
        <button type="button" onClick={store.connect}>
          Try again
        </button>
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
