/** A process that works for a moment, says so, and stays. */
process.once('message', () => {
  process.send?.({ phase: 'work' });
  setTimeout(() => process.send?.({ phase: 'done' }), 20);
  setInterval(() => undefined, 1_000);
});
