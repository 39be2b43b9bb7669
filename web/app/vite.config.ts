import { defineConfig } from "vite";

// Every page and script lands in one folder, which the binary takes in. Names are steady where integrators write them down
// (`verify.js`), and carry a hash where only our own pages do. The console is built by itself, so that it shares no chunk with
// the element: `verify.js` is whole, and its hash can stand on an integrator's page.
export default defineConfig(({ mode }) => ({
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: mode !== "console",
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: mode === "console" ? { console: "src/console/index.ts" } : { verify: "src/verify/index.ts", hosted: "src/hosted/index.ts" },
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  worker: { format: "es" },
}));
