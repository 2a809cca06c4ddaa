/** One server-sent event, as the HTML standard's section 9.2.6 reads it. */
export type ServerEvent = { readonly id?: string; readonly event: string; readonly data: string };

/**
 * Creates a reader of an event stream that comes in pieces: give it text as it arrives, and it returns the
 * events that have become whole. Read with fetch because EventSource can send no header.
 */
export function createEventReader(): (piece: string) => readonly ServerEvent[] {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    return blocks.map(readBlock).filter((one) => one !== undefined);
  };
}

function readBlock(block: string): ServerEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    const before = fields.get(name);
    fields.set(name, name === 'data' && before !== undefined ? `${before}\n${value}` : value);
  }
  const data = fields.get('data');
  if (data === undefined) return undefined;
  const id = fields.get('id');
  return { event: fields.get('event') ?? 'message', data, ...(id === undefined ? {} : { id }) };
}
