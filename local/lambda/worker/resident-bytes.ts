import { post } from './runtime-client.ts';

const intervalMs = 500;

/**
 * Tells the box how much memory is resident, twice a second, on machines without /proc where the
 * box cannot see it.
 */
export function reportResidentBytes(runtimeApi: string): void {
  if (process.platform === 'linux') return;
  const report = () => {
    post(runtimeApi, '/local/resident-bytes', String(process.memoryUsage.rss())).catch(() => {
      // The box is closing; standard input ends in a moment.
    });
  };
  setInterval(report, intervalMs).unref();
}
