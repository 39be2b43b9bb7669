import { defineConfig } from "vite";

/** Each page is built by itself (`--mode`), so that it shares no chunk with another one: `verify.js` is whole, and its hash can stand on
 * an integrator's page. */
const PAGES = ["verify", "hosted", "console", "account", "help", "help-worker"] as const;

// Every page and script lands in one folder, which the binary takes in. Names are steady where integrators write them down
// (`verify.js`), and carry a hash where only our own pages do.
export default defineConfig(({ mode }) => {
  const page = PAGES.find((name) => name === mode) ?? "verify";
  return {
    // Files find each other from wherever the server serves them, and from an integrator's page, too.
    base: "./",
    build: {
      target: "es2022",
      outDir: "dist",
      emptyOutDir: page === PAGES[0],
      assetsInlineLimit: 0,
      cssCodeSplit: true,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: { [page]: `src/${page}/index.ts` },
        // What is fetched later takes from the page's own script what it shares with it, instead of both from a third one.
        preserveEntrySignatures: "allow-extension",
        output: {
          entryFileNames: "[name].js",
          chunkFileNames: "chunks/[name]-[hash].js",
          assetFileNames: "assets/[name]-[hash][extname]",
        },
      },
    },
    worker: { format: "es" },
  };
});
