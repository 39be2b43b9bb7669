/** The page around the element. */
export const pageStyles = new CSSStyleSheet();

pageStyles.replaceSync(`
  :root { color-scheme: light dark; --page: #f1f4f6; --ink: #16222b; --soft: #4d5c66; --line: #76858e; --edge: #d9e1e5; --card: #ffffff; }
  @media (prefers-color-scheme: dark) {
    :root { --page: #0c1115; --ink: #e9eff2; --soft: #a9b7bf; --line: #7d8d97; --edge: #2d3a43; --card: #12191e; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; background: var(--card); color: var(--ink);
    font: 400 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif; }
  header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem;
    max-width: 34rem; margin: 0 auto; padding: 0.75rem 1.25rem 0; }
  h1 { font-size: 1rem; font-weight: 600; color: var(--soft); margin: 0; }
  header select { font: inherit; min-height: 44px; color: var(--ink); background: transparent; border: 1px solid var(--line); border-radius: 8px; padding: 0 0.5rem; }
  header select option { background: var(--card); }
  :focus-visible { outline: 3px solid #0d5c75; outline-offset: 2px; }
  @media (min-width: 40rem) {
    body { background: var(--page); padding-bottom: 3rem; }
    header { padding: 1.5rem 0.25rem 0.75rem; }
    menshen-verify { max-width: 34rem; margin: 0 auto; background: var(--card); border: 1px solid var(--edge); border-radius: 16px; padding: 0.75rem; }
  }
`);
