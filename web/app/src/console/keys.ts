/** What a key does, by the name that the browser gives it. */
export type Keys = Record<string, (event: KeyboardEvent) => void>;

/** Elements that have keys of their own. */
const OWN = "input, textarea, select, dialog[open], [contenteditable]";

/** Listens to single keys, but not where somebody types or a dialogue is open; returns what ends that. */
export function onKeys(keys: Keys): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement | null;
    if (target?.closest(OWN) || document.querySelector("dialog[open]")) return;
    // Enter on a link or a button is theirs, but for the rows of a list, where it opens what they name.
    if (event.key === "Enter" && target?.closest("a, button, summary") && !target.closest(".row")) return;
    // Pictures are panned by the arrows.
    if (event.key.startsWith("Arrow") && target?.closest("menshen-picture, a, summary, [role=tab]")) return;
    const deed = keys[event.key];
    if (!deed) return;
    event.preventDefault();
    deed(event);
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}
