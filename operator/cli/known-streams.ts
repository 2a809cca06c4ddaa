import { listStreams } from '../../adapters/tenant-directory.ts';
import { type Session, usageError } from './session.ts';

/** Returns a stream that the deployment has. @throws a usage error that names the streams it has */
export async function knownStream({ backend }: Session, stream: string): Promise<string> {
  const known = await listStreams(backend.tables.directory).catch(unlessForbidden);
  if (!known || known.includes(stream)) return stream;
  throw usageError(
    `--stream: got ${stream}; allowed are ${known.join(', ') || 'none yet: deploy first'}`,
  );
}

/** Who may send need not be allowed to read the directory: the queue then says what it knows. */
function unlessForbidden(error: unknown): undefined {
  if (error instanceof Error && /AccessDenied/.test(error.name)) return undefined;
  throw error;
}
