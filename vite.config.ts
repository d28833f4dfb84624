import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** Builds the web map: four files with fixed names, which `map` copies into the output folder beside the data. */
export default defineConfig({
  root: fileURLToPath(new URL("./src/viewer/", import.meta.url)),
  base: "./",
  logLevel: "warn",
  build: {
    outDir: fileURLToPath(new URL("./dist/viewer/", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      output: {
        entryFileNames: "viewer.js",
        assetFileNames: ({ names }) =>
          names.some((name) => name.includes("worker")) ? "viewer-worker.js" : "viewer[extname]",
      },
    },
  },
});
