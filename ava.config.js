// AVA runs the compiled tests: what is tested is what ships.
export default {
  files: ["test/**/*.test.ts"],
  typescript: { rewritePaths: { "test/": "dist/test/" }, compile: false },
  timeout: "2m",
};
