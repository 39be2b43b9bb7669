import { defineConfig } from "vite";

// Every page and script lands in one folder, which the binary takes in. Names are steady where integrators write them down
// (`verify.js`), and carry a hash where only our own pages do.
export default defineConfig({
  // Files find each other from wherever the server serves them, and from an integrator's page, too.
  base: "./",
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        verify: "src/verify/index.ts",
        hosted: "src/hosted/index.ts",
        console: "src/console/index.ts",
      },
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  worker: { format: "es" },
});
