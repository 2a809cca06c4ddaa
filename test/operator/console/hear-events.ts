/** An event as it came over the wire. */
export type HeardEvent = { readonly id?: string; readonly event: string; readonly data: unknown };

/** Returns the events of a stream until `isEnough` says so, and leaves it then. */
export async function hearEvents(
  answer: Response,
  isEnough: (heard: readonly HeardEvent[]) => boolean,
): Promise<readonly HeardEvent[]> {
  const heard: HeardEvent[] = [];
  let text = '';
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader && !isEnough(heard)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      heard.push(eventIn(text.slice(0, end)));
      text = text.slice(end + 2);
    }
  }
  await reader?.cancel();
  return heard;
}

function eventIn(block: string): HeardEvent {
  const lines = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const id = lines.get('id');
  return {
    ...(id === undefined ? {} : { id }),
    event: lines.get('event') ?? '',
    data: JSON.parse(lines.get('data') ?? 'null'),
  };
}
