import { css } from "lit";
import { styles } from "../styles.js";

/** The look of the check: before and after it that of the element around it, while it runs the whole window. */
export const liveStyles = [
  ...styles,
  css`
    .live { min-height: 12rem; }
    .countdown { text-align: center; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }

    dialog { position: fixed; inset: 0; width: 100vw; height: 100vh; height: 100dvh; max-width: none; max-height: none; margin: 0; border: none; color: #ffffff; background: #0b0f12; overflow: hidden;
      padding: max(0.75rem, env(safe-area-inset-top)) max(1rem, env(safe-area-inset-right)) max(0.75rem, env(safe-area-inset-bottom)) max(1rem, env(safe-area-inset-left)); }
    dialog[open] { display: grid; grid-template-rows: auto auto minmax(0, 1fr); gap: 0.75rem; justify-items: center; }
    dialog h2 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); margin: 0; }
    dialog:focus-visible { outline: none; }
    .top { width: 100%; max-width: 40rem; display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
    .time { flex: 1; display: flex; align-items: center; gap: 0.75rem; font-variant-numeric: tabular-nums; color: #d5dee3; font-size: 0.9rem; }
    .time .bar { flex: 1; max-width: 14rem; }
    dialog progress, dialog progress::-webkit-progress-bar { background: #33404a; }
    dialog progress::-webkit-progress-value { background: #7fe0b0; }
    dialog progress::-moz-progress-bar { background: #7fe0b0; }
    .stop { background: transparent; color: inherit; border: 1px solid currentColor; min-height: 44px; padding: 0.4em 1.1em; }
    dialog :focus-visible { outline-color: #ffffff; }

    .mirror { position: relative; width: min(100%, 34rem, 100vh - 20rem); width: min(100%, 34rem, 100dvh - 20rem); aspect-ratio: 1; overflow: hidden; border-radius: 20px; background: #000000; }
    .mirror video { display: block; width: 100%; height: 100%; object-fit: cover; transform: scaleX(-1); }
    .oval { position: absolute; top: 6%; bottom: 6%; left: 50%; aspect-ratio: 3 / 4; transform: translateX(-50%); border-radius: 50%; border: 3px solid #ffffffd0; box-shadow: 0 0 0 100vmax #0b0f1290; }
    .asked .oval { border-color: #7fe0b0; }
    .arrow { position: absolute; display: grid; place-items: center; width: 64px; height: 64px; border-radius: 50%; background: #7fe0b0; color: #06251a; animation: beckon 0.9s ease-in-out infinite alternate; }
    .arrow svg { width: 40px; height: 40px; stroke-width: 6; }
    .arrow.right { right: 3%; top: calc(50% - 32px); --towards: 8px 0; }
    .arrow.left { left: 3%; top: calc(50% - 32px); --towards: -8px 0; }
    .arrow.left svg { transform: scaleX(-1); }
    .arrow.down { bottom: 3%; left: calc(50% - 32px); --towards: 0 8px; }
    .arrow.down svg { transform: rotate(90deg); }
    @keyframes beckon { to { translate: var(--towards); } }
    @media (prefers-reduced-motion: reduce) { .arrow { animation: none; } }

    .words { width: 100%; max-width: 40rem; text-align: center; display: grid; align-content: start; gap: 0.25rem; overflow: auto; }
    .what { display: grid; justify-items: center; gap: 0.35rem; }
    .words .drawing { color: #ffffff; }
    .words .drawing svg { width: 96px; height: 72px; }
    .words .drawing svg .a { stroke: #7fe0b0; }
    .cue { font-size: clamp(1.35rem, 5.5vw, 2rem); line-height: 1.25; font-weight: 700; margin: 0; text-wrap: balance; }
    .hint { font-size: 1.05rem; margin: 0; color: #ffe08a; }
    .ticks { display: flex; align-items: center; justify-content: center; gap: 0.5rem; min-height: 1.75rem; margin: 0.25rem 0 0; color: #7fe0b0; }
    .ticks .small { color: #d5dee3; }
    .marks { display: flex; }
    .marks svg { stroke-width: 3; }

    /* The screen is the lamp: one full colour of sRGB from edge to edge, and words that can be read on it. */
    dialog.lit { forced-color-adjust: none; }
    dialog.lit .mirror, dialog.lit .ticks, dialog.lit .time { visibility: hidden; }
    /* The words come up to where the camera is: the face looks straight. */
    dialog.lit .mirror { position: absolute; }
    dialog.red { background: #ff0000; color: #000000; }
    dialog.green { background: #00ff00; color: #000000; }
    dialog.blue { background: #0000ff; color: #ffffff; }
    dialog.yellow { background: #ffff00; color: #000000; }
    dialog.magenta { background: #ff00ff; color: #000000; }
    dialog.red :focus-visible, dialog.green :focus-visible, dialog.yellow :focus-visible, dialog.magenta :focus-visible { outline-color: #000000; }

    @media (max-height: 30rem) and (orientation: landscape) {
      dialog[open] { grid-template: auto minmax(0, 1fr) / minmax(0, 1fr) minmax(0, 1fr); }
      .top { grid-column: 1 / -1; max-width: none; }
      .mirror { width: min(100%, 100vh - 6rem); width: min(100%, 100dvh - 6rem); }
      .words { align-self: center; }
    }
  `,
];
