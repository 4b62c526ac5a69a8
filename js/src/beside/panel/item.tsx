/** What the menu's entries have in common; one that can do nothing is still there to be read. */
export function Item(props: {
  words: string;
  about?: string | undefined;
  note?: string | undefined;
  checked?: boolean | undefined;
  disabled?: string;
  act: () => void;
}) {
  const { words, about, note, checked, disabled = "", act } = props;
  const role =
    checked === undefined
      ? { role: "menuitem" as const }
      : { role: "menuitemcheckbox" as const, "aria-checked": checked };
  return (
    <button
      type="button"
      {...role}
      aria-disabled={disabled !== "" || undefined}
      tabIndex={-1}
      title={disabled || about}
      onClick={() => disabled || act()}
    >
      <span class="xw-item">
        <span dir="auto">{words}</span>
        {note && <i>{note}</i>}
      </span>
      {about && <small>{about}</small>}
    </button>
  );
}
