/** The look of the account pages. */
export const styles = new CSSStyleSheet();

styles.replaceSync(`
  :root { color-scheme: light dark; --page: light-dark(#f1f4f6, #0c1115); --card: light-dark(#ffffff, #12191e); --ink: light-dark(#16222b, #e9eff2);
    --soft: light-dark(#4d5c66, #a9b7bf); --field: light-dark(#f4f7f8, #1b242b); --line: light-dark(#76858e, #7d8d97); --hair: light-dark(#d9e1e5, #2d3a43);
    --accent: light-dark(#0d5c75, #6cc3dd); --on-accent: light-dark(#ffffff, #062530); --warn: light-dark(#a4301f, #ff9d8a);
    --warn-ground: light-dark(#fdf3f1, #2c1c19); --note-ground: light-dark(#eef5f8, #18272e); }
  *, ::before, ::after { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; background: var(--card); color: var(--ink);
    font: 400 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif; }
  menshen-account { display: block; max-width: 36rem; margin: 0 auto; padding: 0 1.25rem 2rem; overflow-wrap: anywhere; }
  header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.5rem; padding: 0.75rem 0; }
  .brand { font-weight: 650; color: var(--soft); flex: 1; }
  main:focus { outline: none; }
  h1 { font-size: 1.5rem; line-height: 1.3; font-weight: 650; margin: 0.5rem 0 1rem; text-wrap: balance; }
  h2 { font-size: 1.1rem; margin: 0 0 0.5rem; }
  p { margin: 0 0 0.75rem; }
  form { display: grid; gap: 0.75rem; }
  form h1 { margin-bottom: 0; }
  label { display: block; font-weight: 600; }
  input:not([type="checkbox"]), select, textarea { display: block; font: inherit; font-weight: 400; color: var(--ink); background: var(--field); width: 100%; min-height: 48px;
    padding: 0.6em 0.8em; margin-top: 0.35rem; border: 1px solid var(--line); border-radius: 10px; }
  label.check { display: flex; gap: 0.75rem; align-items: flex-start; font-weight: 400; padding: 0.5rem 0; }
  input[type="checkbox"] { flex: none; width: 24px; height: 24px; margin: 0; accent-color: var(--accent); }
  fieldset { border: 0; padding: 0; margin: 0; min-width: 0; }
  legend { font-weight: 600; padding: 0; }
  button { font: inherit; cursor: pointer; border-radius: 10px; min-height: 44px; padding: 0.5em 1em; background: transparent; color: var(--accent); border: 1px solid var(--line); }
  button:disabled { opacity: 0.55; cursor: default; }
  button.main { background: var(--accent); color: var(--on-accent); border-color: transparent; font-weight: 600; min-height: 48px; width: 100%; }
  button.plain { border-color: transparent; color: var(--soft); text-decoration: underline; text-underline-offset: 3px; padding-inline: 0.5em; }
  nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem; padding: 0; margin: 0 0 1rem; border-bottom: 1px solid var(--hair); }
  nav a { display: block; padding: 0.6rem 0.8rem; color: var(--soft); text-decoration: none; min-height: 44px; }
  nav a[aria-current="page"] { color: var(--ink); font-weight: 600; box-shadow: inset 0 -3px 0 var(--accent); }
  section { border-top: 1px solid var(--hair); padding: 1rem 0; }
  section.notice { border-top: 0; margin-bottom: 1rem; }
  .notice { background: var(--note-ground); border-left: 3px solid var(--accent); border-radius: 4px; padding: 0.75rem 1rem; margin-bottom: 1rem; }
  .refusal { background: var(--warn-ground); border-left: 3px solid var(--warn); border-radius: 4px; padding: 0.75rem 1rem; margin-bottom: 0.75rem; }
  .notice p:last-child, .refusal p:last-child { margin-bottom: 0; }
  .quiet { color: var(--soft); font-size: 0.9rem; font-weight: 400; }
  .phrase { font-size: 1.15rem; font-weight: 650; }
  .others { margin-top: 1.25rem; }
  ul.plain, ul.rows { list-style: none; padding: 0; margin: 0 0 0.75rem; }
  ul.plain li { min-height: 44px; display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.5rem; }
  ul.rows li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem; padding: 0.75rem 0; border-bottom: 1px solid var(--hair); }
  .tag.shut { border-color: var(--warn); }
  .letter { white-space: pre-line; }
  ol.thread { list-style: none; padding: 0; }
  ol.thread li { padding: 0.5rem 0; border-bottom: 1px solid var(--hair); }
  ol.thread li.theirs { background: var(--note-ground); padding-inline: 0.75rem; }
  ol.thread p { margin: 0 0 0.25rem; }
  button.danger { color: var(--warn); border-color: var(--warn); }
  a { color: var(--accent); text-underline-offset: 3px; }
  a.plain { color: var(--soft); padding: 0.5rem 0.5em; }
  ul.rows li > span:first-child { flex: 1 1 12rem; }
  form + [role="status"], form + button { margin-top: 0.75rem; }
  .stack { display: grid; gap: 0.75rem; justify-items: start; margin-bottom: 1rem; }
  .tag { display: inline-block; border: 1px solid var(--hair); border-radius: 4px; padding: 0 0.4rem; font-size: 0.85rem; background: var(--field); }
  .facts { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: 0.25rem 1rem; margin: 0 0 0.75rem; }
  .facts dt { color: var(--soft); }
  .facts dd { margin: 0; }
  .qr { width: 13rem; max-width: 100%; background: #ffffff; border-radius: 10px; padding: 0.5rem; margin-bottom: 0.75rem; }
  .qr svg { display: block; width: 100%; height: auto; }
  .codes { columns: 2; column-gap: 3rem; padding-inline-start: 2.5rem; font-size: 1.1rem; }
  details { margin-bottom: 1rem; }
  summary { min-height: 44px; display: list-item; padding: 0.5rem 0; cursor: pointer; }
  dialog { color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; width: min(32rem, calc(100vw - 1.5rem)); }
  dialog::backdrop { background: rgb(0 0 0 / 50%); }
  .said { position: fixed; inset-inline: 0; bottom: 1rem; display: grid; place-items: center; pointer-events: none; padding: 0 1rem; }
  .said p { background: var(--ink); color: var(--card); padding: 0.6rem 1rem; border-radius: 8px; margin: 0; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  @media (min-width: 44rem) {
    body { background: var(--page); padding-bottom: 3rem; }
    main { background: var(--card); border: 1px solid var(--hair); border-radius: 16px; padding: 1.5rem; }
  }
  @media (max-width: 26rem) { .codes { columns: 1; } .facts { grid-template-columns: minmax(0, 1fr); } }
  @media print { header, nav, button, form, .said { display: none; } }
`);
