import { css } from "lit";

/** Colours, sizes and type. Every `--menshen-` variable may be set by the page around the element. */
const tokens = css`
  :host {
    --ink: var(--menshen-ink, #16222b);
    --soft: var(--menshen-soft, #4d5c66);
    --ground: var(--menshen-ground, #ffffff);
    --field: var(--menshen-field, #f4f7f8);
    --line: var(--menshen-line, #76858e);
    --hair: var(--menshen-hair, #d9e1e5);
    --accent: var(--menshen-accent, #0d5c75);
    --on-accent: var(--menshen-on-accent, #ffffff);
    --warn: var(--menshen-warn, #a4301f);
    --warn-ground: var(--menshen-warn-ground, #fdf3f1);
    --note-ground: var(--menshen-note-ground, #eef5f8);
    --radius: var(--menshen-radius, 10px);
    --font: var(--menshen-font, system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif);
    color-scheme: light dark;
    color: var(--ink);
    font: 400 1rem/1.55 var(--font);
    -webkit-text-size-adjust: 100%;
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --ink: var(--menshen-ink, #e9eff2);
      --soft: var(--menshen-soft, #a9b7bf);
      --ground: var(--menshen-ground, #12191e);
      --field: var(--menshen-field, #1b242b);
      --line: var(--menshen-line, #7d8d97);
      --hair: var(--menshen-hair, #2d3a43);
      --accent: var(--menshen-accent, #6cc3dd);
      --on-accent: var(--menshen-on-accent, #062530);
      --warn: var(--menshen-warn, #ff9d8a);
      --warn-ground: var(--menshen-warn-ground, #2c1c19);
      --note-ground: var(--menshen-note-ground, #18272e);
    }
  }
  *, *::before, *::after { box-sizing: border-box; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation-duration: 3s !important; transition: none !important; }
  }
`;

const buttons = css`
  button, .file { font: inherit; cursor: pointer; border-radius: var(--radius); min-height: 48px; padding: 0.65em 1.2em; text-align: center; }
  button:disabled { opacity: 0.55; cursor: default; }
  .primary { background: var(--accent); color: var(--on-accent); border: 1px solid transparent; font-weight: 600; }
  .secondary { background: transparent; color: var(--accent); border: 1px solid var(--line); }
  .primary:hover:not(:disabled), .secondary:hover:not(:disabled) { filter: brightness(1.08); }
  .quiet { background: none; border: none; color: var(--soft); text-decoration: underline; text-underline-offset: 3px; min-height: 44px; padding: 0.4em 0.6em; font-size: 0.9rem; }
  .file { position: relative; display: block; overflow: hidden; }
  .file:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
  .file input { position: absolute; inset: 0; width: 100%; opacity: 0; cursor: pointer; font-size: 3rem; }
`;

/** The element's own look. */
export const styles = [
  tokens,
  buttons,
  css`
    :host { display: block; }
    .screen { max-width: 34rem; margin: 0 auto; padding: 1.25rem 1.25rem 1rem; background: var(--ground); }
    h2 { font-size: 1.5rem; line-height: 1.3; font-weight: 650; margin: 0.25rem 0 0.5rem; outline: none; text-wrap: balance; }
    h2:focus-visible { outline: none; }
    h3 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
    p { margin: 0 0 0.75rem; }
    .lead { color: var(--soft); font-size: 1.05rem; margin-bottom: 1.25rem; }
    .small { color: var(--soft); font-size: 0.875rem; }
    .actions { display: grid; gap: 0.75rem; margin: 1.5rem 0 0.5rem; }
    .way { display: flex; align-items: center; gap: 0.75rem; margin-bottom: 1rem; }
    .way progress { flex: 1; }
    progress { appearance: none; height: 6px; width: 100%; border: none; border-radius: 3px; background: var(--hair); overflow: hidden; }
    progress::-webkit-progress-bar { background: var(--hair); }
    progress::-webkit-progress-value { background: var(--accent); transition: width 0.3s; }
    progress::-moz-progress-bar { background: var(--accent); }
    .note { background: var(--note-ground); border-left: 3px solid var(--accent); border-radius: 4px; padding: 0.75rem 1rem; }
    .notice:empty, .banner:empty { display: none; }
    .notice { color: var(--soft); text-align: center; }
    footer { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.25rem 1rem; border-top: 1px solid var(--hair); margin-top: 1.5rem; padding-top: 0.5rem; }

    .field { display: block; border: none; padding: 0; margin: 0 0 1.25rem; }
    .field > label:not(.tick), legend { display: block; font-weight: 600; margin-bottom: 0.35rem; padding: 0; }
    input:not([type="checkbox"], [type="file"], [type="radio"]), select, textarea {
      font: inherit; color: var(--ink); background: var(--field); width: 100%; min-height: 48px; padding: 0.6em 0.8em;
      border: 1px solid var(--line); border-radius: var(--radius);
    }
    textarea { min-height: 8rem; resize: vertical; }
    [aria-invalid="true"] { border-color: var(--warn) !important; border-width: 2px !important; }
    .field .small { display: block; margin-top: 0.35rem; }
    .wrong { display: block; color: var(--warn); font-size: 0.925rem; margin-top: 0.4rem; }
    .wrong strong { display: block; }
    .date .row { display: flex; gap: 0.75rem; }
    .date label { flex: 1; min-width: 0; }
    .date label .small { margin: 0 0 0.2rem; }
    .tick { display: flex; gap: 0.9rem; padding: 1rem; border: 1px solid var(--hair); border-radius: var(--radius); margin-bottom: 0.75rem; cursor: pointer; }
    .tick.plain { padding: 0.6rem 0; border: none; border-radius: 0; margin: 0; background: none; align-items: center; }
    .tick:not(.plain):has(:checked) { border-color: var(--accent); background: var(--note-ground); }
    input[type="checkbox"], input[type="radio"] { flex: none; width: 24px; height: 24px; margin: 0; accent-color: var(--accent); }

    ul, ol { padding: 0; margin: 0 0 1rem; }
    .choices { list-style: none; display: grid; gap: 0.75rem; }
    .choice { display: flex; align-items: center; gap: 1rem; width: 100%; text-align: left; background: var(--field); color: var(--ink); border: 1px solid var(--hair); padding: 0.75rem 1rem; }
    .choice:hover { border-color: var(--accent); }
    svg { display: block; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; --menshen-ground: var(--ground); }
    svg .a { stroke: var(--accent); }
    svg .w { stroke: var(--warn); }
    .drawing { flex: none; color: var(--soft); }
    .drawing svg { width: 72px; height: 54px; }
    .picture { display: grid; place-items: center; background: var(--field); border-radius: var(--radius); padding: 1.25rem; margin-bottom: 1rem; color: var(--soft); }
    .picture svg { width: 168px; height: 126px; stroke-width: 1.6; }
    .tips, .done-list, .steps { display: grid; gap: 0.5rem; padding-left: 1.4rem; }
    .tips li::marker, .steps li::marker { color: var(--accent); font-weight: 600; }
    .done-list { list-style: none; padding: 0; }
    .done-list li { display: flex; align-items: center; gap: 0.6rem; padding: 0.7rem 0; border-bottom: 1px solid var(--hair); }
    .done-list li::before { content: ""; flex: none; width: 0.85rem; height: 0.45rem; border: solid var(--accent); border-width: 0 0 2.5px 2.5px; transform: rotate(-45deg) translate(1px, -2px); }
    .reasons { list-style: none; display: grid; gap: 0.75rem; }
    .reasons li { display: flex; gap: 1rem; align-items: center; padding: 0.9rem 1rem; border-radius: var(--radius); background: var(--warn-ground); }
    .reasons li.hint { background: var(--note-ground); }
    .reasons p { margin: 0.15rem 0 0; }
    .shot { display: block; width: 100%; max-height: 60vh; object-fit: contain; background: var(--field); border-radius: var(--radius); margin-bottom: 1rem; }
    .progress p { margin: 0.5rem 0 0; color: var(--soft); font-variant-numeric: tabular-nums; }
    .waiting { display: grid; place-items: center; gap: 1rem; padding: 2rem 0; color: var(--soft); }
    .spinner { width: 44px; height: 44px; border: 4px solid var(--hair); border-top-color: var(--accent); border-radius: 50%; animation: turn 1s linear infinite; }
    @keyframes turn { to { transform: rotate(1turn); } }
    .code { display: grid; place-items: center; background: #ffffff; border-radius: var(--radius); padding: 0.75rem; width: min(15rem, 100%); margin: 0 auto 1rem; border: 1px solid var(--hair); }
    .code svg { width: 100%; height: auto; stroke: none; fill: #16222b; shape-rendering: crispEdges; }
    .dictated { font-size: 1.25rem; line-height: 1.7; border: 2px solid var(--line); border-radius: var(--radius); padding: 1rem 1.25rem; background: var(--field); overflow-wrap: anywhere; }
    .dictated { margin-bottom: 1.25rem; }
    .dictated p { margin: 0; }
    summary { min-height: 44px; padding: 0.6rem 0; color: var(--soft); cursor: pointer; }
    .facts { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 1rem; font-size: 0.9rem; margin: 0 0 1rem; }
    .facts dt { color: var(--soft); }
    .facts dd { margin: 0; overflow-wrap: anywhere; }
    .thread { list-style: none; display: grid; gap: 0.75rem; }
    .thread li { padding: 0.75rem 1rem; border-radius: var(--radius); background: var(--field); overflow-wrap: anywhere; white-space: pre-line; }
    .thread li.staff { background: var(--note-ground); border-left: 3px solid var(--accent); }
    .thread .small { display: block; margin-bottom: 0.25rem; }
    @media (max-width: 22.5rem) {
      .screen { padding: 1rem; }
      .drawing svg { width: 56px; height: 42px; }
      .reasons li, .choice { gap: 0.75rem; padding: 0.75rem; }
    }
  `,
];

/** The look of the camera's picture. */
export const viewfinderStyles = [
  tokens,
  buttons,
  css`
    :host { display: block; }
    .finder { position: relative; overflow: hidden; border-radius: var(--radius); background: #0b0f12; aspect-ratio: var(--shape, 4 / 3); max-height: 62vh; max-width: 100%; margin: 0 auto; }
    video { display: block; width: 100%; height: 100%; object-fit: cover; }
    .face video { transform: scaleX(-1); }
    .finder.face { aspect-ratio: 1; }
    .guide { position: absolute; inset: 0; width: 100%; height: 100%; fill: none; stroke: #ffffff; stroke-width: 3; stroke-linejoin: round; }
    .frame, .oval { position: absolute; pointer-events: none; border: 3px solid #ffffffd0; box-shadow: 0 0 0 100vmax #0b0f1290; transition: border-color 0.2s; }
    .frame { inset: 10% 7%; border-radius: 14px; }
    .oval { top: 6%; bottom: 6%; left: 50%; aspect-ratio: 3 / 4; transform: translateX(-50%); border-radius: 50%; }
    .good .frame, .good .oval { border-color: #7fe0b0; }
    .good .guide { stroke: #7fe0b0; }
    .told { min-height: 3.2em; display: grid; place-items: center; text-align: center; font-size: 1.1rem; font-weight: 600; margin: 0.5rem 0; }
    .shutter { display: flex; align-items: center; justify-content: center; gap: 0.75rem; width: 100%; background: var(--accent); color: var(--on-accent); border: none; font-weight: 600; min-height: 56px; }
    .ring { width: 26px; height: 26px; border: 3px solid currentColor; border-radius: 50%; box-shadow: inset 0 0 0 3px var(--accent), inset 0 0 0 20px currentColor; }
  `,
];
