/** What the page of help has beyond the account's look. */
export const styles = new CSSStyleSheet();

styles.replaceSync(`
  :root { --good: light-dark(#1d6b3a, #86d9a0); --good-ground: light-dark(#eef7f1, #16281d); --mid: light-dark(#7a5200, #f0c266); --mid-ground: light-dark(#fdf6e6, #2a2312); }
  menshen-help { display: block; max-width: 42rem; margin: 0 auto; padding: 0 1.25rem 2rem; overflow-wrap: anywhere; }
  h3 { font-size: 1rem; margin: 0 0 0.35rem; }
  h2:focus, .verdict:focus { outline: none; }
  section section { border-top: 0; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  select, textarea { display: block; font: inherit; font-weight: 400; color: var(--ink); background: var(--field); width: 100%; min-height: 48px; padding: 0.6em 0.8em;
    margin-top: 0.35rem; border: 1px solid var(--line); border-radius: 10px; }
  textarea { resize: vertical; }
  a { color: var(--accent); text-underline-offset: 3px; }
  .ways { list-style: none; padding: 0; margin: 0 0 1.25rem; display: grid; gap: 0.75rem; }
  .way { display: grid; gap: 0.15rem; padding: 0.9rem 1rem; border: 1px solid var(--line); border-radius: 12px; text-decoration: none; min-height: 44px; }
  .way strong { text-decoration: underline; text-underline-offset: 3px; }
  .way span { color: var(--soft); }
  .buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; }
  .probes { list-style: none; padding: 0; margin: 0; }
  .probes li { display: grid; grid-template-columns: 1.25rem minmax(0, 1fr); gap: 0.6rem; padding: 0.6rem 0; border-bottom: 1px solid var(--hair); }
  .sign { width: 0.75rem; height: 0.75rem; border-radius: 50%; margin-top: 0.45rem; justify-self: center; border: 2px solid var(--line); }
  .known .sign { background: var(--good); border-color: var(--good); }
  .running .sign { border-color: var(--accent); border-right-color: transparent; animation: turn 1s linear infinite; }
  .fault .sign { background: var(--warn); border-color: var(--warn); border-radius: 2px; }
  .fault .tag { color: var(--warn); border-color: currentColor; }
  @keyframes turn { to { transform: rotate(1turn); } }
  @media (prefers-reduced-motion: reduce) { .running .sign { animation: none; } }
  .remedies { padding-inline-start: 1.5rem; margin: 0; }
  .remedies li { padding: 0.75rem 0 0.75rem 0.25rem; border-bottom: 1px solid var(--hair); }
  .remedies li::marker { font-weight: 650; }
  .remedies .blocks { background: var(--warn-ground); box-shadow: -1.5rem 0 0 var(--warn-ground), inset -1px 0 0 transparent; padding-inline-end: 0.75rem; border-radius: 4px; }
  .remedies .blocks .tag { color: var(--warn); border-color: currentColor; }
  .verdict { border-left: 4px solid var(--mid); background: var(--mid-ground); border-radius: 4px; padding: 0.75rem 1rem; margin-top: 1rem; }
  .verdict.official { border-color: var(--good); background: var(--good-ground); }
  .verdict.lookalike { border-color: var(--warn); background: var(--warn-ground); }
  .verdict p:last-child { margin-bottom: 0; }
  .verdict button { margin-bottom: 0.75rem; }
  .asked { font-size: 1.1rem; }
  .channels, .news { list-style: none; padding: 0; margin: 0 0 1rem; }
  .channels li, .news li { padding: 0.4rem 0; border-bottom: 1px solid var(--hair); }
  .news p { margin: 0.25rem 0 0; white-space: pre-line; }
  .news .warning .tag { color: var(--warn); border-color: currentColor; }
  code, pre { font-family: ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace; font-size: 0.95em; }
  .hash { font-size: 0.8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  pre.hash { background: var(--field); padding: 0.5rem 0.75rem; border-radius: 6px; }
  .drop { border: 2px dashed var(--line); border-radius: 12px; padding: 1rem; margin-bottom: 0.75rem; }
  .drop.over { border-color: var(--accent); background: var(--note-ground); }
  .drop .quiet { margin: 0.5rem 0 0; }
  form + p { margin-top: 1rem; }
  summary h2 { display: inline; }
  .pick { position: relative; border: 1px solid var(--line); border-radius: 10px; min-height: 44px; padding: 0.5em 1em; color: var(--accent); text-align: center; }
  .pick input:not([type="checkbox"]) { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
  .pick:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
`);
