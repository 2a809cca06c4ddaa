/** Stops with one sentence on a Node that cannot run TypeScript by itself. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return;
  console.error(
    `goodstanding needs Node 22.18 or newer, got ${process.versions.node}; run it through npm (npm start, npx goodstanding) after npm ci, which brings its own Node on Linux and Windows, or install Node 24`,
  );
  process.exit(2);
}
