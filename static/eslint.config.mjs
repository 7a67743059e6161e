import js from "@eslint/js";
import globals from "globals";

// Run from the folder above static/, so that tests/static/ is checked too.
export default [
  { ignores: ["**/vendor/**", "**/node_modules/**"] },
  js.configs.recommended,
  {
    files: ["**/*.js", "**/*.mjs"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-shadow": "error",
      "no-implicit-globals": "error",
      "no-eval": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  // What a browser reads: Leaflet's L is loaded before our own sources.
  { files: ["static/*.js", "static/map/*.js"], languageOptions: { globals: { ...globals.browser, L: "readonly" } } },
  { files: ["static/map/*.js", "static/downloads.js", "static/print.js"], languageOptions: { sourceType: "script" } },
  { files: ["static/*.mjs", "tests/static/*.mjs"], languageOptions: { globals: globals.node } },
];
